import { mkdir } from 'node:fs/promises';
import path from 'node:path';
import { fileFailure } from './file-failure.ts';
import type { CacheBound } from './pick-evictions.ts';

/** Where raidlab keeps what it builds once, how much that may be, and what a run needs while it lives. Nothing is written elsewhere. */
export interface CacheStore extends CacheBound {
  /** `$XDG_CACHE_HOME/raidlab`. Contains the entries, and tmp/, work/, locks/, holds/, stamps/. */
  readonly rootHostPath: string;
  /** Where Debian trees are unpacked when memory is short, the first suitable one: `$TMPDIR` or /tmp, and /var/tmp. */
  readonly temporaryHostPaths: readonly string[];
  /** Where Debian trees are unpacked when memory allows: /dev/shm. */
  readonly memoryHostPath: string;
  /** Where sockets go, whose paths must be short: `$XDG_RUNTIME_DIR` or /tmp. */
  readonly runtimeHostPath: string;
}

/**
 * The areas of the store: half-built entries; scratch of live machines; one lock per entry being built or removed; one hold per entry and
 * run that uses it; one stamp per verified entry, whose age is the time since its last use.
 */
export type StoreArea = 'tmp' | 'work' | 'locks' | 'holds' | 'stamps';

const areas: readonly StoreArea[] = ['tmp', 'work', 'locks', 'holds', 'stamps'];

/** Gives the directory of an area. */
export function areaHostPath(store: CacheStore, area: StoreArea): string {
  return path.join(store.rootHostPath, area);
}

/** Makes the store's directories where they are missing. Rejects with `host/not-writable` or `host/disk-full`. */
export async function makeAreas(store: CacheStore): Promise<void> {
  try {
    for (const area of areas) await mkdir(areaHostPath(store, area), { recursive: true, mode: 0o755 });
  } catch (error) {
    throw fileFailure(error, { hostPath: store.rootHostPath, holds: 'the cache', doing: 'making the cache' });
  }
}
