import { readFile, writeFile } from 'node:fs/promises';
import path from 'node:path';
import type { BuiltEntry, EntryWorkshop } from '../cache/ensure-entry.ts';
import type { Context } from '../context.ts';
import { readKernelBanner } from './bzimage.ts';
import type { KernelBanner } from './bzimage.ts';
import { unusableKernel } from './kernel-files.ts';
import type { KernelFiles } from './kernel-files.ts';
import { planModuleLoading } from './module-closure.ts';
import { packInitramfs } from './pack-initramfs.ts';
import { decompressModules, indexModules, packModules } from './pack-modules.ts';
import { unpackVmlinux } from './unpack-vmlinux.ts';

/** The files of a kernel's cache entry. */
export const kernelFiles = { kernel: 'kernel', initramfs: 'initramfs.cpio', modules: 'modules.erofs', version: 'version' } as const;

/** Modules without which there is no root; as far as they are not built in. The agent's port is wanted as early. */
export const rootModules: readonly string[] = ['virtio_pci', 'virtio_blk', 'virtio_console', 'erofs', 'ext4', 'overlay'];

/** Where a kernel's files come from, and what tells it from others. */
export interface KernelSource {
  /** For people, to complete "building the …": `kernel of trixie`. */
  readonly artefact: string;
  /** What names it in the cache: JSON. */
  readonly identity: unknown;
  /** Unpacks its files below the workshop's directory; they may be changed there. */
  readonly unpack: (ctx: Context, workshop: EntryWorkshop) => Promise<KernelFiles>;
}

/**
 * Builds a kernel's entry: takes its files from their source, and packs them as machines need them.
 *
 * Rejects with what the source rejects with, `image/module-missing`, and `image/unusable-kernel-files` when vmlinuz is not the modules' own.
 */
export async function buildKernel(ctx: Context, workshop: EntryWorkshop, source: KernelSource): Promise<BuiltEntry> {
  const { entryHostPath, work } = workshop;
  const step = (fraction: number, detail: string): void => {
    ctx.emit({ type: 'progress-made', what: `building the ${source.artefact}`, fraction, detail });
  };
  const files = await source.unpack(ctx, workshop);
  const { version, unpackedHostPath, busyboxHostPath } = files;
  const bzImage = await readFile(files.vmlinuzHostPath);
  const banner = checkBanner(files, bzImage);

  step(0.55, 'unpacking the modules');
  const modulesHostPath = path.join(unpackedHostPath, 'usr/lib/modules', version);
  await decompressModules(ctx, modulesHostPath);
  const index = await indexModules(ctx, unpackedHostPath, version);
  step(0.75, 'packing the modules');
  await packModules(ctx, unpackedHostPath, version, path.join(entryHostPath, kernelFiles.modules));
  step(0.97, 'packing the initramfs');
  const modules = planModuleLoading(version, index, rootModules);
  const stagingHostPath = path.join(work.hostPath, 'initramfs');
  await packInitramfs(ctx, { busyboxHostPath, modulesHostPath, modules, stagingHostPath }, path.join(entryHostPath, kernelFiles.initramfs));
  await writeFile(path.join(entryHostPath, kernelFiles.kernel), unpackVmlinux(bzImage) ?? bzImage);
  await writeFile(path.join(entryHostPath, kernelFiles.version), `${version}\n`);
  // Whatever it was taken from, a kernel of Debian's says which it is.
  const own = banner.debianVersion === undefined ? {} : { [`linux-image-${version}`]: banner.debianVersion };
  return { description: files.description, packages: { ...own, ...files.packages } };
}

function checkBanner({ version, shownHostPath }: KernelFiles, bzImage: Uint8Array): KernelBanner {
  const banner = readKernelBanner(bzImage);
  if (banner?.release === version) return banner;
  const why =
    banner === undefined ? 'its vmlinuz is no kernel for x86' : `its vmlinuz is ${banner.release}, and its modules are for ${version}`;
  throw unusableKernel(
    shownHostPath,
    why,
    'Take both from one build: the version of a kernel is the name of its directory in lib/modules.',
  );
}
