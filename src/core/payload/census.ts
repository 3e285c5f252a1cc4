/**
 * Everything that somebody has on an array, before the fault: the same kind of list as for raidlab's own payload, made by looking instead
 * of writing.
 */
import { compareWithManifest } from './compare-with-manifest.ts';
import type { PayloadDifference } from './compare-with-manifest.ts';
import type { FoundEntry } from './find.ts';
import type { Manifest, ManifestEntry, ManifestFile } from './manifest.ts';
import type { ObservedPayload } from './observed-payload.ts';

/** A census: what must be there, and what was not read. */
export interface Census {
  readonly manifest: Manifest;
  /** The paths of files whose content is not compared; their names, sizes and owners are. */
  readonly unread: readonly string[];
}

/** Characters in a name that the hashing tool cannot handle. */
const unaskable = /[\n\\]/u;

/** Chooses files to read, in the order found: at most `limitBytes` in all. */
export function chooseFiles(found: readonly FoundEntry[], limitBytes: number): readonly FoundEntry[] {
  let leftBytes = limitBytes;
  return found.filter(({ kind, path, sizeBytes }) => {
    if (kind !== 'file' || unaskable.test(path) || sizeBytes > leftBytes) return false;
    leftBytes -= sizeBytes;
    return true;
  });
}

/** Makes a census of what was seen. Files that were not read, or could not be, are listed without content. */
export function makeCensus(observed: ObservedPayload): Census {
  const files = observed.found.filter(({ kind }) => kind === 'file');
  const namesOf = Map.groupBy(files, ({ inode }) => inode);
  const entries = observed.found.map((entry) => entryOf(entry, observed, namesOf));
  const hashed = entries.filter(isHashed);
  const read = new Set(hashed.map(({ path }) => path));
  return {
    manifest: { seed: '', sizeBytes: hashed.reduce((sum, { sizeBytes }) => sum + sizeBytes, 0), directory: '', entries },
    unread: files.flatMap(({ path }) => (read.has(path) ? [] : [path])),
  };
}

function isHashed(entry: ManifestEntry): entry is ManifestFile {
  return entry.kind === 'file' && entry.xxh128 !== null;
}

function entryOf(
  entry: FoundEntry,
  { contents, xattrs }: ObservedPayload,
  namesOf: ReadonlyMap<string, readonly FoundEntry[]>,
): ManifestEntry {
  const { path, mode, uid, gid, mtime, kind } = entry;
  const facts = { path, mode, uid, gid, mtime };
  switch (kind) {
    case 'directory':
      return { ...facts, kind, xattrs: xattrs.get(path) ?? [] };
    case 'symlink':
      return { ...facts, kind, target: entry.target ?? '' };
    case 'other':
      return { ...facts, kind };
    case 'file': {
      const content = contents.get(path);
      const names = namesOf.get(entry.inode) ?? [];
      return {
        ...facts,
        kind,
        sizeBytes: entry.sizeBytes,
        xxh128: content !== undefined && 'xxh128' in content ? content.xxh128 : null,
        linkGroup: names.length > 1 ? (names[0]?.path ?? null) : null,
        xattrs: xattrs.get(path) ?? [],
        isSparse: entry.allocatedBytes < entry.sizeBytes,
      };
    }
  }
}

/** Tells whether raidlab itself writes to a path, relative to the top level. */
export type IsOurs = (path: string) => boolean;

/** Gives what raidlab writes to on an array, relative to the top level: the mount point itself, whose time changes, and what it puts there. */
export function oursBelow(subvolume: string | null, names: readonly string[]): IsOurs {
  const root = subvolume ?? '.';
  const prefix = subvolume === null ? '' : `${subvolume}/`;
  return (path) => path === root || names.some((name) => path === `${prefix}${name}` || path.startsWith(`${prefix}${name}/`));
}

/** Gives all differences between a census and the present, except what raidlab has written since. */
export function compareWithCensus({ manifest }: Census, observed: ObservedPayload, isOurs: IsOurs): readonly PayloadDifference[] {
  const entries = manifest.entries.filter(({ path }) => !isOurs(path));
  const listed = new Set(entries.map(({ path }) => path));
  const found = observed.found.filter(({ path }) => listed.has(path) || !isOurs(path));
  return compareWithManifest({ ...manifest, entries }, { ...observed, found });
}
