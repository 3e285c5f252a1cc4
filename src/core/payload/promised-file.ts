import type { ContentReading } from './observed-payload.ts';

/** A single file whose content the host knows, beside the trees of the payload. */
export interface PromisedFile {
  readonly guestPath: string;
  /** XXH128 of the content it must have; 32 lower-case hex digits. */
  readonly xxh128: string;
  /** The hashes of its earlier contents, the latest last: they reveal a stale copy. */
  readonly earlierXxh128s: readonly string[];
}

/** Gives the promised files after a file has been written, over its earlier content. */
export function promiseContent(files: readonly PromisedFile[], guestPath: string, xxh128: string): readonly PromisedFile[] {
  const before = files.find((file) => file.guestPath === guestPath);
  const earlierXxh128s = before === undefined ? [] : [...before.earlierXxh128s, before.xxh128];
  return [...files.filter((file) => file !== before), { guestPath, xxh128, earlierXxh128s }];
}

/** Says how what was read differs from what was promised; null when it does not. */
export function describeReading(file: PromisedFile, reading: ContentReading | undefined): string | null {
  if (reading === undefined) return 'content was not checked';
  if ('unreadable' in reading) return `unreadable: ${reading.unreadable}`;
  if (reading.xxh128 === file.xxh128) return null;
  const { length } = file.earlierXxh128s;
  const writes = length - file.earlierXxh128s.lastIndexOf(reading.xxh128);
  return writes > length
    ? `content differs: expected ${file.xxh128}, observed ${reading.xxh128}`
    : `old content: without a word it reads as before it was last written over${writes === 1 ? '' : ` ${String(writes)} times`}`;
}
