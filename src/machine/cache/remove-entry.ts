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

/** What became of an entry that was to be removed; `busy`: it is being built or removed by somebody. */
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
 * Removes an entry whose content is whole and which is no good all the same: a machine that was to be started from it could
 * not. Emits `cache-entry-rejected`. The caller holds it; where somebody else does too it stays, for another one in its place
 * would be found by disks that lie over this one. An entry that has been built anew meanwhile stays. Tells whether it is gone.
 */
export async function rejectEntry(ctx: Context, store: CacheStore, entry: CacheEntry, why: string): Promise<boolean> {
  ctx.emit({ type: 'cache-entry-rejected', artefact: entry.record.artefact, why });
  const name = entryNameOf(entry.record);
  const taken = await lockToRemove(store, name);
  // Whoever has it is building it anew, or has just rejected it too.
  if (taken === 'busy') return true;
  await using lock = taken;
  const now = await readEntryRecord(store, lock.name);
  if (now !== undefined && now.madeAt !== entry.record.madeAt) return true;
  if ((await findHolds(store)).filter((hold) => hold.name === name).length > 1) return false;
  await buryEntry(ctx, store, name);
  return true;
}

/**
 * Takes an entry away by one rename, so that nobody sees half of it; who has files of it open keeps them. The caller has its lock.
 * Gives false when it was not there.
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
    // A full disk has no room for a grave either, and this is what makes room.
    await removeTree(ctx, hostPath);
    return true;
  }
}

/** On a full disk there is no lock to be had, nor a hold: it is enough that there was none before. */
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
