/** What identifies an entry. */
export interface EntryKey {
  /** A word: `kernel`, `tools`, `booted`, `array`. */
  readonly kind: string;
  /** Hex digest over everything that shapes it. */
  readonly digest: string;
  /** For people, to complete "building the …": `kernel of trixie`, `template of a booted machine`. */
  readonly artefact: string;
}

const entryNamePattern = /^[a-z]+-[0-9a-f]{32}$/;

/** Gives the name of an entry's directory: `kernel-<digest>`. */
export function entryNameOf(key: Pick<EntryKey, 'kind' | 'digest'>): string {
  const name = `${key.kind}-${key.digest}`;
  // An entry with another name would never be listed, held or evicted.
  if (!isEntryName(name)) throw new Error(`"${name}" is not the name of a cache entry`);
  return name;
}

/** Tells whether a name in the cache is an entry's. */
export function isEntryName(name: string): boolean {
  return entryNamePattern.test(name);
}
