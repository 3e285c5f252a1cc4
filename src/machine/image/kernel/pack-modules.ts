import { lstat, mkdir, readdir, readFile, rm, symlink } from 'node:fs/promises';
import path from 'node:path';
import type { OwnRootKind } from '../../../core/image/kernel-abilities.ts';
import type { Context } from '../../context.ts';
import { runHostCommand } from '../../process/host-process.ts';
import type { ModuleIndex } from './module-closure.ts';
import { plainExt4 } from '../plain-ext4.ts';

const modulesUuid = '7261696c-6162-4000-8000-6d6f64756c65';

const purpose = 'unpack the kernel’s modules';

/** How a compressed module is unpacked in place. */
const decompressors: Readonly<Record<string, readonly string[]>> = {
  '.xz': ['xz', '--decompress', '--quiet', '--'],
  '.zst': ['zstd', '--decompress', '--rm', '--quiet', '--'],
  '.gz': ['gzip', '--decompress', '--quiet', '--'],
};

// Two at a time: the machines this runs on have two cores or more.
const workers = 2;
const filesPerCommand = 200;

/**
 * Decompresses every module of a tree in place. busybox's insmod needs them plain, and so does the guest: unpacking xz under emulation
 * takes longer than reading.
 */
export async function decompressModules(ctx: Context, modulesHostPath: string): Promise<void> {
  const files = (await readdir(modulesHostPath, { recursive: true })).filter((name) => /\.ko\.\w+$/.test(name)).sort();
  const jobs: (readonly string[])[] = [];
  for (const [suffix, command] of Object.entries(decompressors)) {
    const mine = files.filter((name) => name.endsWith(suffix));
    for (let start = 0; start < mine.length; start += filesPerCommand)
      jobs.push([...command, ...mine.slice(start, start + filesPerCommand)]);
  }
  const work = async (): Promise<void> => {
    for (let job = jobs.shift(); job !== undefined; job = jobs.shift()) {
      await runHostCommand(ctx, job, { purpose, cwdHostPath: modulesHostPath, writesHostPath: modulesHostPath });
    }
  };
  await Promise.all(Array.from({ length: workers }, work));
}

/**
 * Writes the index files of a module directory (`modules.dep` and the like) and gives the ones we use. `treeHostPath` contains
 * usr/lib/modules/VERSION.
 */
export async function indexModules(ctx: Context, treeHostPath: string, version: string): Promise<ModuleIndex> {
  // depmod looks in lib/modules or usr/lib/modules, depending on how the host's was built.
  await symlink('usr/lib', path.join(treeHostPath, 'lib'));
  await runHostCommand(ctx, ['depmod', '--basedir', treeHostPath, version], { purpose: 'order the kernel’s modules' });
  const modulesHostPath = path.join(treeHostPath, 'usr/lib/modules', version);
  const [dep, builtin, softdep, alias] = await Promise.all(
    ['modules.dep', 'modules.builtin', 'modules.softdep', 'modules.alias'].map((name) =>
      readFile(path.join(modulesHostPath, name), 'utf8'),
    ),
  );
  return { dep: dep ?? '', builtin: builtin ?? '', softdep: softdep ?? '', alias: alias ?? '' };
}

/** Packs the tree's modules into the image that the guest mounts on /lib/modules, with the filesystem of its root. */
export async function packModules(
  ctx: Context,
  { treeHostPath, root }: { readonly treeHostPath: string; readonly root: OwnRootKind },
  imageHostPath: string,
): Promise<void> {
  const modulesHostPath = path.join(treeHostPath, 'usr/lib/modules');
  for (const version of await readdir(modulesHostPath)) {
    // Links to the sources, which are not there.
    for (const name of ['build', 'source']) await rm(path.join(modulesHostPath, version, name), { force: true });
  }
  await mkdir(path.dirname(imageHostPath), { recursive: true });
  const sizeBytes = root === 'layers' ? 0 : await treeSizeBytes(modulesHostPath);
  const argv =
    root === 'layers'
      ? ['mkfs.erofs', '--quiet', '-x-1', '-zlz4hc', '-T0', '-U', modulesUuid, '--all-root', imageHostPath, modulesHostPath]
      : [
          'mke2fs',
          ...plainExt4,
          '-m',
          '0',
          '-U',
          modulesUuid,
          '-d',
          modulesHostPath,
          imageHostPath,
          `${String(Math.ceil(sizeBytes / 1024))}k`,
        ];
  await runHostCommand(ctx, argv, { purpose: 'pack the kernel’s modules', writesHostPath: imageHostPath });
}

/** The size of an ext4 for a tree, with room to spare: it is read-only. */
async function treeSizeBytes(treeHostPath: string): Promise<number> {
  let sum = 16 * 1024 * 1024;
  for (const item of await readdir(treeHostPath, { recursive: true, withFileTypes: true })) {
    const { size } = await lstat(path.join(item.parentPath, item.name));
    sum += Math.ceil(size / 4096) * 4096 + 1024;
  }
  return Math.ceil(sum * 1.05);
}
