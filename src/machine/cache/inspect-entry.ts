import { readFile, stat, utimes } from 'node:fs/promises';
import path from 'node:path';
import type { Context } from '../context.ts';
import { replaceFile } from '../files/replace-file.ts';
import { readBootId } from '../process/process-identity.ts';
import { parseEntryRecord } from './entry-record.ts';
import type { EntryRecord } from './entry-record.ts';
import { hashFile } from './file-hash.ts';
import { hasErrorCode } from './file-failure.ts';
import { areaHostPath } from './store.ts';
import type { CacheStore } from './store.ts';

/** The name of the record in an entry's directory. */
export const entryFileName = 'entry.json';

/** The state of an entry. */
export type EntryState =
  | { readonly state: 'absent' }
  | { readonly state: 'sound'; readonly record: EntryRecord }
  | { readonly state: 'damaged'; readonly why: string };

/**
 * Checks whether an entry exists and is complete. Sizes are always compared. Contents are hashed unless a file is exactly the one (inode,
 * change time) whose hash was right since this host started; a stamp remembers that, because hashing takes 0.3 s for 100 MB. A crashed host
 * may have lost what was only in its page cache, which inodes do not show.
 */
export async function inspectEntry(ctx: Context, store: CacheStore, name: string): Promise<EntryState> {
  const seen = await lookAtFiles(store, name);
  if (!('stamp' in seen)) return seen;
  const { record, stamp } = seen;
  if ((await readIfThere(stampHostPath(store, name))) === stamp) return { state: 'sound', record };
  for (const file of record.files) {
    if ((await hashFile(ctx, path.join(store.rootHostPath, name, file.name))) !== file.xxh128) {
      return { state: 'damaged', why: `the content of ${file.name} has changed` };
    }
  }
  await writeStamp(stampHostPath(store, name), stamp);
  return { state: 'sound', record };
}

/** Remembers that an entry is complete, when its hashes were just computed. */
export async function stampEntry(store: CacheStore, name: string): Promise<void> {
  const seen = await lookAtFiles(store, name);
  if ('stamp' in seen) await writeStamp(stampHostPath(store, name), seen.stamp);
}

/** Gives the record of an entry; undefined when it cannot be read. */
export async function readEntryRecord(store: CacheStore, name: string): Promise<EntryRecord | undefined> {
  const text = await readIfThere(path.join(store.rootHostPath, name, entryFileName));
  return text === undefined ? undefined : parseEntryRecord(text);
}

/** Remembers that entries are used now: the first as the most recent, because the others are based on it. An entry without a stamp is skipped. */
export async function markUsed(store: CacheStore, names: readonly string[]): Promise<void> {
  const nowMs = Date.now();
  for (const [index, name] of names.entries()) {
    const usedAt = (nowMs - index) / 1000;
    await utimes(stampHostPath(store, name), usedAt, usedAt).catch((error: unknown) => {
      if (!hasErrorCode(error, ...unwritableCodes)) throw error;
    });
  }
}

/** Gives when an entry was last used, milliseconds since the epoch; if never, when it was made. */
export async function lastUsedMs(store: CacheStore, name: string): Promise<number> {
  const places = [stampHostPath(store, name), path.join(store.rootHostPath, name, entryFileName), path.join(store.rootHostPath, name)];
  for (const place of places) {
    const status = await stat(place).catch(() => undefined);
    if (status !== undefined) return status.mtimeMs;
  }
  return 0;
}

function stampHostPath(store: CacheStore, name: string): string {
  return path.join(areaHostPath(store, 'stamps'), `${name}.txt`);
}

async function lookAtFiles(
  store: CacheStore,
  name: string,
): Promise<EntryState | { readonly record: EntryRecord; readonly stamp: string }> {
  const entryHostPath = path.join(store.rootHostPath, name);
  if ((await stat(entryHostPath).catch(() => undefined))?.isDirectory() !== true) return { state: 'absent' };
  const text = await readIfThere(path.join(entryHostPath, entryFileName));
  if (text === undefined) return { state: 'damaged', why: `${entryFileName} is missing` };
  const record = parseEntryRecord(text);
  if (record === undefined) return { state: 'damaged', why: `${entryFileName} is not whole, or of another format` };
  if (`${record.kind}-${record.digest}` !== name) return { state: 'damaged', why: `${entryFileName} is another entry's` };
  const lines: string[] = [`boot ${await readBootId()}`, text];
  for (const file of record.files) {
    const status = await stat(path.join(entryHostPath, file.name), { bigint: true }).catch(() => undefined);
    if (status?.isFile() !== true) return { state: 'damaged', why: `${file.name} is missing` };
    if (status.size !== BigInt(file.sizeBytes)) {
      return { state: 'damaged', why: `${file.name} has ${String(status.size)} bytes instead of ${String(file.sizeBytes)}` };
    }
    lines.push(`${file.name} ${String(status.ino)} ${String(status.ctimeNs)}`);
  }
  return { record, stamp: lines.join('\n') };
}

const unwritableCodes = ['EACCES', 'EPERM', 'EROFS', 'ENOSPC', 'EDQUOT', 'ENOENT'] as const;

/** A read-only cache can still be used: without the stamp the next check only takes longer. */
async function writeStamp(hostPath: string, stamp: string): Promise<void> {
  try {
    await replaceFile(hostPath, stamp);
  } catch (error) {
    if (!hasErrorCode(error, ...unwritableCodes)) throw error;
  }
}

async function readIfThere(hostPath: string): Promise<string | undefined> {
  try {
    return await readFile(hostPath, 'utf8');
  } catch (error) {
    if (hasErrorCode(error, 'ENOENT', 'ENOTDIR')) return undefined;
    throw error;
  }
}
