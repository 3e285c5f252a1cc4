import { stat } from 'node:fs/promises';
import path from 'node:path';
import type { Context } from '../context.ts';
import { isEntryName } from './entry-name.ts';
import type { EntryRecord } from './entry-record.ts';
import { lastUsedMs, readEntryRecord } from './inspect-entry.ts';
import { namesIn } from './names-in.ts';
import type { CacheStore } from './store.ts';

/** A cache entry, complete or not, as `raidlab cache` lists it. */
export interface ListedEntry {
  /** `kernel-<digest>`. */
  readonly name: string;
  readonly hostPath: string;
  /** Undefined when it cannot be read: such an entry is rebuilt when it is needed. */
  readonly record: EntryRecord | undefined;
  /** See {@link allocatedBytes}. */
  readonly allocatedBytes: number;
  /** When a run last used it, milliseconds since the epoch. */
  readonly lastUsedMs: number;
}

/** Gives the cache entries, by name. Nothing is verified. */
export async function listEntries(ctx: Context, store: CacheStore): Promise<readonly ListedEntry[]> {
  const entries: ListedEntry[] = [];
  for (const name of (await namesIn(store.rootHostPath)).filter(isEntryName).sort()) {
    ctx.signal.throwIfAborted();
    const hostPath = path.join(store.rootHostPath, name);
    entries.push({
      name,
      hostPath,
      record: await readEntryRecord(store, name),
      allocatedBytes: await allocatedBytes(hostPath),
      lastUsedMs: await lastUsedMs(store, name),
    });
  }
  return entries;
}

/** Gives the space that an entry's files use on disk; images are sparse. */
export async function allocatedBytes(hostPath: string): Promise<number> {
  let sum = 0;
  // st_blocks counts 512-byte units, whatever the filesystem's block size is: stat(2).
  for (const name of await namesIn(hostPath)) sum += ((await stat(path.join(hostPath, name)).catch(() => undefined))?.blocks ?? 0) * 512;
  return sum;
}
