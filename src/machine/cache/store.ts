import { mkdir } from 'node:fs/promises';
import path from 'node:path';
import type { Context } from '../context.ts';
import { fileFailure } from './file-failure.ts';

/** Where raidlab keeps what it builds once, and what a run needs while it lives. Nothing outside these four is written. */
export interface CacheStore {
  /** `$XDG_CACHE_HOME/raidlab`. Holds an entry per image, and tmp/, work/, locks/, stamps/. */
  readonly rootHostPath: string;
  /** Where Debian trees are unpacked when there is not enough memory for that: `$TMPDIR` or /tmp. */
  readonly temporaryHostPath: string;
  /** Where Debian trees are unpacked when memory allows: /dev/shm. */
  readonly memoryHostPath: string;
  /** Where sockets go, whose paths must be short: `$XDG_RUNTIME_DIR` or /tmp. */
  readonly runtimeHostPath: string;
}

/** What an area of the store holds: half-built entries; scratch of live machines; one lock per entry being built; one stamp per verified entry. */
export type StoreArea = 'tmp' | 'work' | 'locks' | 'stamps';

const areas: readonly StoreArea[] = ['tmp', 'work', 'locks', 'stamps'];

/** Gives the directory of an area. */
export function areaHostPath(store: CacheStore, area: StoreArea): string {
  return path.join(store.rootHostPath, area);
}

/** Makes the store's directories where they are missing, and gives the store. Rejects with `host/not-writable` or `host/disk-full`. */
export async function openStore(ctx: Context, store: CacheStore): Promise<CacheStore> {
  ctx.signal.throwIfAborted();
  try {
    for (const area of areas) await mkdir(areaHostPath(store, area), { recursive: true, mode: 0o755 });
  } catch (error) {
    throw fileFailure(error, { hostPath: store.rootHostPath, holds: 'the image cache', doing: 'making the image cache' });
  }
  return store;
}
