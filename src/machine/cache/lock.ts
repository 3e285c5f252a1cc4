/**
 * One builder or remover per entry, across processes: a file that holds its owner.
 *
 *     link(2) of a written record ─► held ─► unlink
 *            │ EEXIST
 *            └─► owner alive: wait · owner dead: move the file aside, look at it again, try anew
 *
 * Two builders at once would do no harm (an entry appears by one rename); the lock saves them the work. What a remover needs it
 * for is reported in holds.ts.
 */
import { randomBytes } from 'node:crypto';
import { link, rename, rm, writeFile } from 'node:fs/promises';
import path from 'node:path';
import { fileFailure, hasErrorCode } from './file-failure.ts';
import { unlinkIfThere } from './names-in.ts';
import { currentOwner, formatOwner, isAbandoned, readOwner } from './owner.ts';
import type { Owner } from './owner.ts';
import { areaHostPath } from './store.ts';
import type { CacheStore } from './store.ts';

/** A lock we hold until it is disposed. */
export interface Lock extends AsyncDisposable {
  readonly name: string;
}

/** The owner of the lock that we wanted; `pid` is undefined when the file disappeared while we looked. */
export interface LockHeld {
  readonly pid: number | undefined;
}

const strangerAgeMs = 60 * 60 * 1000;

/** Takes the lock called `name`, or says who has it. A dead owner's lock is taken over. Never waits. */
export async function tryLock(store: CacheStore, name: string): Promise<{ readonly lock: Lock } | LockHeld> {
  return tryLockFile(path.join(areaHostPath(store, 'locks'), name), { hostPath: store.rootHostPath, holds: 'the cache' });
}

/** Takes the lock with this file; `place` words the failure when it cannot be made. */
export async function tryLockFile(
  lockHostPath: string,
  place: { readonly hostPath: string; readonly holds: string },
): Promise<{ readonly lock: Lock } | LockHeld> {
  const name = path.basename(lockHostPath);
  const self = await currentOwner();
  const ownHostPath = `${lockHostPath}.${randomBytes(4).toString('hex')}`;
  try {
    await writeFile(ownHostPath, formatOwner(self));
    for (let attempt = 0; attempt < 3; attempt += 1) {
      if (await linkIfFree(ownHostPath, lockHostPath)) {
        return { lock: { name, [Symbol.asyncDispose]: () => release(lockHostPath, self) } };
      }
      const holder = await readOwner(lockHostPath);
      if (!(await isAbandoned(lockHostPath, holder, self, strangerAgeMs))) return { pid: holder?.pid };
      await setAside(lockHostPath, holder);
    }
    return { pid: (await readOwner(lockHostPath))?.pid };
  } catch (error) {
    throw fileFailure(error, { ...place, doing: `taking the lock ${name}` });
  } finally {
    await rm(ownHostPath, { force: true });
  }
}

/** Tells whether somebody has the lock called `name`; a dead owner does not. */
export async function isLocked(store: CacheStore, name: string): Promise<boolean> {
  const lockHostPath = path.join(areaHostPath(store, 'locks'), name);
  const holder = await readOwner(lockHostPath);
  // Without an owner there is no lock: it appears with its owner in it.
  return holder !== undefined && !(await isAbandoned(lockHostPath, holder, await currentOwner(), strangerAgeMs));
}

async function linkIfFree(ownHostPath: string, lockHostPath: string): Promise<boolean> {
  try {
    await link(ownHostPath, lockHostPath);
    return true;
  } catch (error) {
    if (hasErrorCode(error, 'EEXIST')) return false;
    throw error;
  }
}

/** Another waiter may have taken the lock over since we looked; then what we moved is its lock, and we put it back. */
async function setAside(lockHostPath: string, judged: Owner | undefined): Promise<void> {
  const asideHostPath = `${lockHostPath}.${randomBytes(4).toString('hex')}`;
  try {
    await rename(lockHostPath, asideHostPath);
  } catch (error) {
    if (hasErrorCode(error, 'ENOENT')) return;
    throw error;
  }
  const moved = await readOwner(asideHostPath);
  if (moved !== undefined && !isSame(moved, judged)) await linkIfFree(asideHostPath, lockHostPath);
  await rm(asideHostPath, { force: true });
}

async function release(lockHostPath: string, self: Owner): Promise<void> {
  const holder = await readOwner(lockHostPath);
  if (isSame(holder, self)) await unlinkIfThere(lockHostPath);
}

function isSame(one: Owner | undefined, other: Owner | undefined): boolean {
  return one !== undefined && other !== undefined && formatOwner(one) === formatOwner(other);
}
