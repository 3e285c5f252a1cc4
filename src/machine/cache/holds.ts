/**
 * Who uses which entry, across processes: a file per entry and user, with its owner in it.
 *
 *     hold ─► no lock on the entry? ─► inspect ─► use … ─► release
 *             lock ─► nobody holds it? ─► take it away ─► unlock
 *
 * Each side first says what it is about to do and then looks at the other: whoever holds an entry before it looks at the lock
 * is seen by whoever has the lock before it looks at the holds. A dead owner holds nothing.
 */
import { randomBytes } from 'node:crypto';
import path from 'node:path';
import { fileFailure } from './file-failure.ts';
import { namesIn, unlinkIfThere } from './names-in.ts';
import { currentOwner, isAbandoned, readOwner, writeOwner } from './owner.ts';
import type { Owner } from './owner.ts';
import { areaHostPath } from './store.ts';
import type { CacheStore } from './store.ts';

/** An entry in use. */
export interface Hold {
  /** The entry's name: `kernel-<digest>`. */
  readonly name: string;
  /** Undefined when its record is incomplete; such a hold counts for a day. */
  readonly owner: Owner | undefined;
}

const strangerAgeMs = 24 * 60 * 60 * 1000;
const holdNamePattern = /^([a-z]+-[0-9a-f]{32})\.[0-9a-f]{8}$/;

/** Holds an entry, existing or not, for this process; gives a function to release it. Rejects with `host/not-writable` or `host/disk-full`. */
export async function holdEntry(store: CacheStore, name: string): Promise<() => Promise<void>> {
  const hostPath = path.join(areaHostPath(store, 'holds'), `${name}.${randomBytes(4).toString('hex')}`);
  try {
    await writeOwner(hostPath, await currentOwner());
  } catch (error) {
    await unlinkIfThere(`${hostPath}.new`);
    throw fileFailure(error, { hostPath: store.rootHostPath, holds: 'the cache', doing: `holding ${name}` });
  }
  return () => unlinkIfThere(hostPath);
}

/** Gives all holds of live owners, or of owners that cannot be judged from here and may live. */
export async function findHolds(store: CacheStore): Promise<readonly Hold[]> {
  const self = await currentOwner();
  const holds: Hold[] = [];
  for (const fileName of await namesIn(areaHostPath(store, 'holds'))) {
    const name = holdNamePattern.exec(fileName)?.[1];
    if (name === undefined) continue;
    const hostPath = path.join(areaHostPath(store, 'holds'), fileName);
    const owner = await readOwner(hostPath);
    if (!(await isAbandoned(hostPath, owner, self, strangerAgeMs))) holds.push({ name, owner });
  }
  return holds;
}
