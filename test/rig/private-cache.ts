import { execFile } from 'node:child_process';
import { mkdir, mkdtemp, readdir, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { promisify } from 'node:util';
import { openStore } from '../../src/machine/cache/open-store.ts';
import type { OpenStore } from '../../src/machine/cache/open-store.ts';
import { defaultCacheBound } from '../../src/machine/cache/pick-evictions.ts';
import type { Context } from '../../src/machine/context.ts';
import { ensureKernel } from '../../src/machine/image/kernel/ensure-kernel.ts';
import { ensureTools } from '../../src/machine/image/tools/ensure-tools.ts';
import { openUsersStore } from './live-machine.ts';

/** A cache of a test's own, with the images of the user's in it and no template; gone when disposed. */
export interface PrivateCache extends AsyncDisposable {
  /** For XDG_CACHE_HOME. */
  readonly cacheHomeHostPath: string;
  readonly rootHostPath: string;
  open(ctx: Context): Promise<OpenStore>;
  /** Gives the names of the templates in it. */
  templates(): Promise<readonly string[]>;
}

/** Copies the images of trixie into a new cache, after building them where they are missing. */
export async function openPrivateCache(ctx: Context): Promise<PrivateCache> {
  await using users = await openUsersStore(ctx);
  await ensureKernel(ctx, users, { suite: 'trixie' });
  await ensureTools(ctx, users, { suite: 'trixie' });
  const cacheHomeHostPath = await mkdtemp(join(process.env.TMPDIR ?? tmpdir(), 'raidlab-test-'));
  const rootHostPath = join(cacheHomeHostPath, 'raidlab');
  for (const name of users.heldNames()) await copyDirectory(join(users.rootHostPath, name), join(rootHostPath, name));
  return {
    cacheHomeHostPath,
    rootHostPath,
    open: (openCtx) => openStore(openCtx, { ...defaultCacheBound, ...users, rootHostPath }),
    templates: async () => (await readdir(rootHostPath)).filter((name) => /^(?:booted|array)-/u.test(name)),
    [Symbol.asyncDispose]: () => rm(cacheHomeHostPath, { recursive: true, force: true }),
  };
}

/** By cp, which keeps the holes of sparse files: node's own fills them, half a gigabyte for each cache. */
async function copyDirectory(fromHostPath: string, toHostPath: string): Promise<void> {
  await mkdir(dirname(toHostPath), { recursive: true });
  await promisify(execFile)('cp', ['-r', '--', fromHostPath, toHostPath]);
}
