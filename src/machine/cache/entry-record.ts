import * as v from 'valibot';
import { count, fields, list, matching, number, record, text, tryJson } from '../../core/parsing/json-shape.ts';
import type { Shape } from '../../core/parsing/json-shape.ts';

/** The version of `entry.json`; part of an image's digest, so that raidlabs of two versions leave each other's alone. An entry with another one is rebuilt. */
export const entryFormatVersion = 2;

/** A file of an entry, as it was when the entry was built. */
export interface EntryFile {
  readonly name: string;
  readonly sizeBytes: number;
  /** Hex. */
  readonly xxh128: string;
}

/** A value that survives JSON unchanged. */
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
  /** What the builder needs again when the entry is used, such as the UUIDs in a template's disks. */
  readonly facts?: JsonObject;
}

/** Gives the text of an `entry.json`. */
export function formatEntryRecord(record: EntryRecord): string {
  return `${JSON.stringify(record, undefined, 2)}\n`;
}

const recordShape: Shape<EntryRecord> = fields({
  format: v.literal(entryFormatVersion),
  kind: text,
  digest: text,
  artefact: text,
  description: text,
  madeAt: text,
  durationMs: number,
  packages: record(text),
  files: v.pipe(
    list(fields({ name: matching(/^[\w.-]+$/u, 'the name of a file'), sizeBytes: count(), xxh128: text })),
    v.minLength(1, 'a list of files'),
  ),
  // It came from JSON, so it contains only JSON.
  facts: v.exactOptional(v.custom<JsonObject>((value) => v.is(record(v.unknown()), value), 'an object')),
});

/** Parses an `entry.json`; undefined when it is truncated, of another format version or otherwise incomplete. */
export function parseEntryRecord(json: string): EntryRecord | undefined {
  return tryJson(recordShape, json);
}

/** A complete entry. */
export interface CacheEntry {
  readonly hostPath: string;
  readonly record: EntryRecord;
  /**
   * Hex digest over its files. Unlike the name's it changes when the same recipe gives something newer: entries based on this one are
   * named after it.
   */
  readonly contentDigest: string;
  /** Whether it existed already; false when it was built just now, for this request. */
  readonly cached: boolean;
}
