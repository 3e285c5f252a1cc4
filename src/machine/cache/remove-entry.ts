import { rename } from 'node:fs/promises';
import path from 'node:path';
import { RaidlabError } from '../../core/failure/failure.ts';
import type { Context } from '../context.ts';
import { readEntryRecord } from './inspect-entry.ts';
import { fileFailure, hasErrorCode } from './file-failure.ts';
import type { CacheEntry } from './entry-record.ts';
import { entryNameOf, isEntryName } from './entry-name.ts';
import { findHolds } from './holds.ts';
import type { Hold } from './holds.ts';
import { isLocked, tryLock } from './lock.ts';
import type { Lock } from './lock.ts';
import { openOwnedDirectory } from './owned-directory.ts';
import { removeTree } from './remove-tree.ts';
import type { CacheStore } from './store.ts';

/** The result of removing an entry; `busy`: somebody is building or removing it. */
export type Removal = { readonly state: 'removed' | 'absent' | 'busy' } | { readonly state: 'held'; readonly holds: readonly Hold[] };

/** Removes an entry that nobody holds. Rejects with `host/not-writable`. */
export async function removeEntry(ctx: Context, store: CacheStore, name: string): Promise<Removal> {
  if (!isEntryName(name)) throw new Error(`"${name}" is not the name of a cache entry`);
  const taken = await lockToRemove(store, name);
  if (taken === 'busy') return { state: 'busy' };
  await using lock = taken;
  const holds = (await findHolds(store)).filter((hold) => hold.name === lock.name);
  if (holds.length > 0) return { state: 'held', holds };
  return { state: (await buryEntry(ctx, store, name)) ? 'removed' : 'absent' };
}

/**
 * Removes a complete but useless entry: a machine could not be started from it. Emits `cache-entry-rejected`. The caller holds it; if
 * somebody else does too it stays, because their disks may lie over this one and must not find another. A rebuilt entry also stays. Tells
 * whether it is gone.
 */
export async function rejectEntry(ctx: Context, store: CacheStore, entry: CacheEntry, why: string): Promise<boolean> {
  ctx.emit({ type: 'cache-entry-rejected', artefact: entry.record.artefact, why });
  const name = entryNameOf(entry.record);
  const taken = await lockToRemove(store, name);
  // The lock's owner is rebuilding it, or has just rejected it too.
  if (taken === 'busy') return true;
  await using lock = taken;
  const now = await readEntryRecord(store, lock.name);
  if (now !== undefined && now.madeAt !== entry.record.madeAt) return true;
  if ((await findHolds(store)).filter((hold) => hold.name === name).length > 1) return false;
  await buryEntry(ctx, store, name);
  return true;
}

/**
 * Removes an entry by one rename, so that nobody sees half of it; open files remain usable. The caller has its lock. Gives false when it
 * did not exist.
 */
export async function buryEntry(ctx: Context, store: CacheStore, name: string): Promise<boolean> {
  const hostPath = path.join(store.rootHostPath, name);
  try {
    await using grave = await openOwnedDirectory(ctx, store, 'tmp', name);
    await rename(hostPath, path.join(grave.hostPath, 'removed'));
    return true;
  } catch (error) {
    if (hasErrorCode(error, 'ENOENT')) return false;
    const failure = fileFailure(error, { hostPath: store.rootHostPath, holds: 'the cache', doing: `removing ${name}` });
    if (!isDiskFull(failure)) throw failure;
    // On a full disk the move fails, too, and removing is what frees space.
    await removeTree(ctx, hostPath);
    return true;
  }
}

/** On a full disk no lock or hold can be made: it is enough that there was none before. */
async function lockToRemove(store: CacheStore, name: string): Promise<Lock | 'busy'> {
  try {
    const taken = await tryLock(store, name);
    return 'lock' in taken ? taken.lock : 'busy';
  } catch (error) {
    if (!isDiskFull(error)) throw error;
    return (await isLocked(store, name)) ? 'busy' : { name, [Symbol.asyncDispose]: () => Promise.resolve() };
  }
}

function isDiskFull(error: unknown): boolean {
  return error instanceof RaidlabError && error.failure.reason === 'disk-full';
}
