import type { Xattr } from './entry.ts';
import type { FoundEntry } from './find.ts';

/** What reading a file's content came to. */
export type ContentReading = { readonly xxh128: string } | { readonly unreadable: string };

/** What the guest's tools saw where the payload should be. Paths are relative to the payload's directory, `.` for itself. */
export interface ObservedPayload {
  readonly found: readonly FoundEntry[];
  readonly contents: ReadonlyMap<string, ContentReading>;
  readonly xattrs: ReadonlyMap<string, readonly Xattr[]>;
  /** What the tools wrote to standard error beside that: nothing, on a good day. */
  readonly complaints: readonly string[];
}
