import { copyFile, mkdir, readdir, symlink, lutimes, writeFile } from 'node:fs/promises';
import path from 'node:path';
import type { OwnRootKind } from '../../../core/image/kernel-abilities.ts';
import type { Context } from '../../context.ts';
import { runHostCommand } from '../../process/host-process.ts';
import type { ModuleToLoad } from './module-closure.ts';
import { placeRecipe } from '../place-recipe.ts';
import { recipeHostPaths } from '../recipe.ts';

/** The commands of its /init; each is busybox by another name. */
const applets = ['sh', 'insmod', 'mkdir', 'mount', 'poweroff', 'sleep', 'switch_root'];

/** Mount points of its /init. */
const mountPoints = ['dev', 'proc', 'root', 'sys'];

/** The parts of an initramfs. */
export interface InitramfsParts {
  /** A statically linked busybox. */
  readonly busyboxHostPath: string;
  /** The directory that {@link ModuleToLoad.file} is relative to. */
  readonly modulesHostPath: string;
  readonly modules: readonly ModuleToLoad[];
  readonly root: OwnRootKind;
  /** Must not exist; not removed. */
  readonly stagingHostPath: string;
}

/**
 * Packs the initramfs: /init, busybox, the modules that the root needs, /modules/order with a line `NEED FILE` for each, and /filesystem
 * with the name of the root's filesystem. Not compressed: unpacking under emulation takes longer than loading 3 MB.
 */
export async function packInitramfs(ctx: Context, parts: InitramfsParts, imageHostPath: string): Promise<void> {
  const { stagingHostPath, modulesHostPath, busyboxHostPath } = parts;
  await placeRecipe(recipeHostPaths.initramfsRoot, stagingHostPath);
  for (const name of ['bin', 'modules', ...mountPoints]) await mkdir(path.join(stagingHostPath, name), { mode: 0o755 });
  await copyFile(busyboxHostPath, path.join(stagingHostPath, 'bin/busybox'));
  for (const applet of applets) await symlink('busybox', path.join(stagingHostPath, 'bin', applet));
  const order: string[] = [];
  for (const { file, need } of parts.modules) {
    const name = path.basename(file);
    await copyFile(path.join(modulesHostPath, file), path.join(stagingHostPath, 'modules', name));
    order.push(`${need} ${name}\n`);
  }
  await writeFile(path.join(stagingHostPath, 'modules/order'), order.join(''));
  await writeFile(path.join(stagingHostPath, 'filesystem'), `${parts.root === 'layers' ? 'erofs' : 'ext4'}\n`);
  const names = ['.', ...(await readdir(stagingHostPath, { recursive: true }))].sort();
  // One date for all, so that the same parts give the same bytes.
  for (const name of names) await lutimes(path.join(stagingHostPath, name), 0, 0);
  // --renumber-inodes and --ignore-devno, without which the bytes depend on the build's disk: cpio(1).
  const argv = ['cpio', '--create', '--format=newc', '--owner=+0:+0', '--reproducible', '--quiet', '--null', `--file=${imageHostPath}`];
  await runHostCommand(ctx, argv, {
    purpose: 'pack the initramfs',
    cwdHostPath: stagingHostPath,
    writesHostPath: imageHostPath,
    input: names.join('\0'),
  });
}
