import { readFile, rename, stat, writeFile } from 'node:fs/promises';
import path from 'node:path';
import type { Context } from '../context.ts';
import { parseEntryRecord } from './entry-record.ts';
import type { EntryRecord } from './entry-record.ts';
import { hashFile } from './file-hash.ts';
import { hasErrorCode } from './file-failure.ts';
import { areaHostPath } from './store.ts';
import type { CacheStore } from './store.ts';

/** The name of the record in an entry's directory. */
export const entryFileName = 'entry.json';

/** What became of an entry. */
export type EntryState =
  | { readonly state: 'absent' }
  | { readonly state: 'sound'; readonly record: EntryRecord }
  | { readonly state: 'damaged'; readonly why: string };

/**
 * Looks at an entry: is it there, is it whole? Sizes are always compared. Contents are hashed when a file is not the very
 * file (inode, change time) whose hash was right before; that is remembered in a stamp, because hashing takes 0.1 s for 100 MB.
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

/** Remembers that an entry is whole; for whoever has just made its hashes. */
export async function stampEntry(store: CacheStore, name: string): Promise<void> {
  const seen = await lookAtFiles(store, name);
  if ('stamp' in seen) await writeStamp(stampHostPath(store, name), seen.stamp);
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
  const lines: string[] = [text];
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

/** A cache that cannot be written to may still be read: without the stamp the next look only takes longer. */
async function writeStamp(hostPath: string, stamp: string): Promise<void> {
  try {
    const newHostPath = `${hostPath}.${String(process.pid)}`;
    await writeFile(newHostPath, stamp);
    await rename(newHostPath, hostPath);
  } catch (error) {
    if (!hasErrorCode(error, 'EACCES', 'EPERM', 'EROFS', 'ENOSPC', 'EDQUOT', 'ENOENT')) throw error;
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
