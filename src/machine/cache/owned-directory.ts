import { randomBytes } from 'node:crypto';
import { chmod, mkdir } from 'node:fs/promises';
import path from 'node:path';
import type { Context } from '../context.ts';
import { fileFailure } from './file-failure.ts';
import { currentOwner, writeOwner } from './owner.ts';
import { removeTree } from './remove-tree.ts';
import { areaHostPath } from './store.ts';
import type { CacheStore } from './store.ts';

/** The name of the owner's record in an owned directory. */
export const ownerFileName = 'owner.json';

/** The prefix of our directories outside the store; the sweeper removes nothing else. */
export const outsideNamePattern = /^raidlab-[0-9a-f]{8}$/;

/** A directory that lives at most as long as this process: disposed by us, or swept by the next raidlab. Mode 0700. */
export interface OwnedDirectory extends AsyncDisposable {
  readonly hostPath: string;
  /** Makes a directory elsewhere that goes together with this one, even when we are killed in between. */
  openOutside(parentHostPath: string, mode: number): Promise<string>;
}

/** Makes a directory in an area of the store, with its owner's record. Rejects with `host/not-writable` or `host/disk-full`. */
export async function openOwnedDirectory(ctx: Context, store: CacheStore, area: 'tmp' | 'work', name: string): Promise<OwnedDirectory> {
  const hostPath = path.join(areaHostPath(store, area), `${name}-${randomBytes(4).toString('hex')}`);
  const ownerHostPath = path.join(hostPath, ownerFileName);
  const outside: string[] = [];
  const owner = await currentOwner();
  const remove = async (): Promise<void> => {
    for (const outsideHostPath of outside) await removeTree(ctx, outsideHostPath);
    await removeTree(ctx, hostPath);
  };
  try {
    await mkdir(hostPath, { mode: 0o700 });
    await writeOwner(ownerHostPath, owner);
  } catch (error) {
    await remove();
    throw fileFailure(error, { hostPath: store.rootHostPath, holds: 'the cache', doing: `making ${hostPath}` });
  }
  return {
    hostPath,
    openOutside: async (parentHostPath, mode) => {
      const outsideHostPath = path.join(parentHostPath, `raidlab-${randomBytes(4).toString('hex')}`);
      try {
        // Recorded before it exists: a kill in between must not leave it behind.
        await writeOwner(ownerHostPath, { ...owner, outsideHostPaths: [...outside, outsideHostPath] });
        await mkdir(outsideHostPath, { mode: 0o700 });
        outside.push(outsideHostPath);
        // Recorded there too: the cache may be gone (`rm -r`) when the sweeper comes.
        await writeOwner(path.join(outsideHostPath, ownerFileName), owner);
        await chmod(outsideHostPath, mode);
      } catch (error) {
        throw fileFailure(error, { hostPath: parentHostPath, holds: 'temporary files', doing: `making ${outsideHostPath}` });
      }
      return outsideHostPath;
    },
    [Symbol.asyncDispose]: remove,
  };
}
