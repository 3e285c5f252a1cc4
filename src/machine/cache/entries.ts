import { readdir, readFile, rename, stat } from 'node:fs/promises';
import path from 'node:path';
import type { Context } from '../context.ts';
import { parseEntryRecord } from './entry-record.ts';
import type { EntryRecord } from './entry-record.ts';
import { fileFailure, hasErrorCode } from './file-failure.ts';
import { entryFileName } from './inspect-entry.ts';
import { openOwnedDirectory } from './owned-directory.ts';
import type { CacheStore } from './store.ts';

/** An entry of the cache, whole or not, as `raidlab cache` lists it. */
export interface ListedEntry {
  /** `kernel-<digest>`. */
  readonly name: string;
  readonly hostPath: string;
  /** Undefined when it cannot be read: such an entry is rebuilt when it is wanted. */
  readonly record: EntryRecord | undefined;
  /** See {@link allocatedBytes}. */
  readonly allocatedBytes: number;
}

const entryNamePattern = /^[a-z]+-[0-9a-f]{32}$/;

/** Gives the entries of the cache, by name. Nothing is verified. */
export async function listEntries(ctx: Context, store: CacheStore): Promise<readonly ListedEntry[]> {
  const entries: ListedEntry[] = [];
  for (const name of (await namesIn(store.rootHostPath)).filter((found) => entryNamePattern.test(found)).sort()) {
    ctx.signal.throwIfAborted();
    const hostPath = path.join(store.rootHostPath, name);
    const text = await readFile(path.join(hostPath, entryFileName), 'utf8').catch(() => undefined);
    const record = text === undefined ? undefined : parseEntryRecord(text);
    entries.push({ name, hostPath, record, allocatedBytes: await allocatedBytes(hostPath) });
  }
  return entries;
}

/**
 * Removes an entry. Machines that run from it keep their open files. It disappears by one rename, so that nobody sees half of it.
 * Rejects with `host/not-writable`.
 */
export async function removeEntry(ctx: Context, store: CacheStore, name: string): Promise<void> {
  if (!entryNamePattern.test(name)) throw new Error(`"${name}" is not the name of a cache entry`);
  await using grave = await openOwnedDirectory(ctx, store, 'tmp', name);
  try {
    await rename(path.join(store.rootHostPath, name), path.join(grave.hostPath, 'entry'));
  } catch (error) {
    if (hasErrorCode(error, 'ENOENT')) return;
    throw fileFailure(error, { hostPath: store.rootHostPath, holds: 'the image cache', doing: `removing ${name}` });
  }
}

/** Gives what the files of an entry take on the disk; images are sparse. */
export async function allocatedBytes(hostPath: string): Promise<number> {
  let sum = 0;
  // st_blocks counts 512-byte units, whatever the filesystem's block size is: stat(2).
  for (const name of await namesIn(hostPath)) sum += ((await stat(path.join(hostPath, name)).catch(() => undefined))?.blocks ?? 0) * 512;
  return sum;
}

async function namesIn(hostPath: string): Promise<readonly string[]> {
  try {
    return await readdir(hostPath);
  } catch (error) {
    if (hasErrorCode(error, 'ENOENT', 'ENOTDIR')) return [];
    throw error;
  }
}
