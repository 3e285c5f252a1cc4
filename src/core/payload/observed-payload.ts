import type { Xattr } from './entry.ts';
import type { FoundEntry } from './find.ts';

/** The result of reading a file's content. */
export type ContentReading = { readonly xxh128: string } | { readonly unreadable: string };

/** What the guest's tools found in the payload's place. Paths are relative to the payload's directory, `.` for itself. */
export interface ObservedPayload {
  readonly found: readonly FoundEntry[];
  readonly contents: ReadonlyMap<string, ContentReading>;
  readonly xattrs: ReadonlyMap<string, readonly Xattr[]>;
  /** What else the tools wrote to standard error: normally nothing. */
  readonly complaints: readonly string[];
}
