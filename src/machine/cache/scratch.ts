import type { Context } from '../context.ts';
import { openOwnedDirectory } from './owned-directory.ts';
import type { CacheStore } from './store.ts';

/** The temporary places of a running machine: gone when disposed, swept by the next raidlab if we were killed. */
export interface Scratch extends AsyncDisposable {
  /** For disk overlays and other large files; mode 0700. */
  readonly hostPath: string;
  /** For sockets and `qemu.json`; mode 0700, short enough for a socket's path (108 bytes with its name, unix(7)). */
  readonly socketHostPath: string;
}

/** Opens scratch directories for the machine (or group of machines) called `name`. Rejects with `host/not-writable` or `host/disk-full`. */
export async function openScratch(ctx: Context, store: CacheStore, name: string): Promise<Scratch> {
  const directory = await openOwnedDirectory(ctx, store, 'work', name);
  try {
    const socketHostPath = await directory.openOutside(store.runtimeHostPath, 0o700);
    return { hostPath: directory.hostPath, socketHostPath, [Symbol.asyncDispose]: () => directory[Symbol.asyncDispose]() };
  } catch (error) {
    await directory[Symbol.asyncDispose]();
    throw error;
  }
}
