/** The version of `entry.json`; an entry with another one is rebuilt. */
export const entryFormatVersion = 1;

/** A file of an entry, as it was when the entry was built. */
export interface EntryFile {
  readonly name: string;
  readonly sizeBytes: number;
  /** Hex. */
  readonly xxh128: string;
}

/** A value that survives JSON as it is. */
export type JsonValue = string | number | boolean | null | readonly JsonValue[] | JsonObject;

/** An object of such values. */
export interface JsonObject {
  readonly [name: string]: JsonValue;
}

/** `entry.json`: what a cache entry is, what made it, and what it must look like. */
export interface EntryRecord {
  readonly format: typeof entryFormatVersion;
  /** `kernel`, `tools`, `booted`, `array`. */
  readonly kind: string;
  readonly digest: string;
  /** For people: `kernel of trixie`. */
  readonly artefact: string;
  /** For people: `trixie (linux-image-cloud-amd64 6.12.117-1)`. */
  readonly description: string;
  /** ISO 8601, UTC. */
  readonly madeAt: string;
  readonly durationMs: number;
  /** Versions of the Debian packages in it, by name. */
  readonly packages: Readonly<Record<string, string>>;
  readonly files: readonly EntryFile[];
  /** What the builder wants to know again when the entry is used: the UUIDs in a template's disks, for one. */
  readonly facts?: JsonObject;
}

/** Gives the text of an `entry.json`. */
export function formatEntryRecord(record: EntryRecord): string {
  return `${JSON.stringify(record, undefined, 2)}\n`;
}

/** Gives the record in the text of an `entry.json`; undefined when it is cut off, of another format version or otherwise not whole. */
export function parseEntryRecord(text: string): EntryRecord | undefined {
  let value: unknown;
  try {
    value = JSON.parse(text);
  } catch {
    return undefined;
  }
  if (!isObject(value) || value.format !== entryFormatVersion) return undefined;
  const { kind, digest, artefact, description, madeAt, durationMs, packages, files, facts } = value;
  if (![kind, digest, artefact, description, madeAt].every((field) => typeof field === 'string')) return undefined;
  if (typeof durationMs !== 'number' || !isObject(packages) || !Object.values(packages).every((version) => typeof version === 'string')) {
    return undefined;
  }
  if (!Array.isArray(files) || files.length === 0 || !files.every(isEntryFile)) return undefined;
  if ('facts' in value && !isObject(facts)) return undefined;
  return value as unknown as EntryRecord;
}

function isEntryFile(value: unknown): boolean {
  if (!isObject(value)) return false;
  const { name, sizeBytes, xxh128 } = value;
  return typeof name === 'string' && /^[\w.-]+$/.test(name) && typeof sizeBytes === 'number' && typeof xxh128 === 'string';
}

function isObject(value: unknown): value is Record<string, unknown> {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}

/** An entry that is there and whole. */
export interface CacheEntry {
  readonly hostPath: string;
  readonly record: EntryRecord;
  /** Hex digest over its files. Unlike its name's it changes when the same recipe gives something newer: what is built on an entry is named by this. */
  readonly contentDigest: string;
  /** Whether it was there already; false when it was built just now, for this very request. */
  readonly cached: boolean;
}
