import { readFile, writeFile } from 'node:fs/promises';
import path from 'node:path';
import { arrayModules, chooseRoot, rootModulesOf } from '../../../core/image/kernel-abilities.ts';
import type { OwnKernelAbilities } from '../../../core/image/kernel-abilities.ts';
import type { BuiltEntry, EntryWorkshop } from '../../cache/ensure-entry.ts';
import type { Context } from '../../context.ts';
import { readKernelBanner } from './bzimage.ts';
import type { KernelBanner } from './bzimage.ts';
import { btrfsFeaturesOfCode } from './kernel-code.ts';
import { unusableKernel } from './kernel-files.ts';
import type { KernelFiles } from './kernel-files.ts';
import { listModules, planModuleLoading, requireModules } from './module-closure.ts';
import type { ModuleIndex } from './module-closure.ts';
import { packInitramfs } from './pack-initramfs.ts';
import { decompressModules, indexModules, packModules } from './pack-modules.ts';
import { chooseEntry, unpackVmlinux } from './unpack-vmlinux.ts';

/** The files of a kernel's cache entry; the modules are an image with the filesystem of its root. */
export const kernelFiles = { kernel: 'kernel', initramfs: 'initramfs.cpio', modules: 'modules', version: 'version' } as const;

/** Where a kernel's files come from, and what identifies it. */
export interface KernelSource {
  /** For people, to complete "building the …": `kernel of trixie`. */
  readonly artefact: string;
  /** What identifies it in the cache: JSON. */
  readonly identity: unknown;
  /** Unpacks its files below the workshop's directory; they may be changed there. */
  readonly unpack: (ctx: Context, workshop: EntryWorkshop) => Promise<KernelFiles>;
}

/**
 * Builds a kernel's entry: takes its files from their source, and packs them for machines. Rejects as the source does, and with
 * `image/module-missing`, and `image/unusable-kernel-files` when vmlinuz does not belong to the modules.
 */
export async function buildKernel(ctx: Context, workshop: EntryWorkshop, source: KernelSource): Promise<BuiltEntry> {
  const { entryHostPath, work } = workshop;
  const step = (fraction: number, detail: string): void => {
    ctx.emit({ type: 'progress-made', what: `building the ${source.artefact}`, fraction, detail });
  };
  const files = await source.unpack(ctx, workshop);
  const { version, unpackedHostPath, busyboxHostPath } = files;
  const bzImage = await readFile(files.vmlinuzHostPath);
  const vmlinux = unpackVmlinux(bzImage);
  const banner = checkBanner(files, bzImage);

  step(0.55, 'unpacking the modules');
  const modulesHostPath = path.join(unpackedHostPath, 'usr/lib/modules', version);
  await decompressModules(ctx, modulesHostPath);
  const index = await indexModules(ctx, unpackedHostPath, version);
  const abilities = await findAbilities(modulesHostPath, index, vmlinux);
  const { root } = abilities;
  const modules = planModuleLoading(version, index, rootModulesOf(root));
  requireModules(version, listModules(index), arrayModules);
  step(0.75, 'packing the modules');
  await packModules(ctx, { treeHostPath: unpackedHostPath, root }, path.join(entryHostPath, kernelFiles.modules));
  step(0.97, 'packing the initramfs');
  const stagingHostPath = path.join(work.hostPath, 'initramfs');
  const parts = { busyboxHostPath, modulesHostPath, modules, root, stagingHostPath };
  await packInitramfs(ctx, parts, path.join(entryHostPath, kernelFiles.initramfs));
  await writeFile(path.join(entryHostPath, kernelFiles.kernel), chooseEntry(bzImage, vmlinux));
  await writeFile(path.join(entryHostPath, kernelFiles.version), `${version}\n`);
  // Whatever it came from, a Debian kernel names its package version.
  const own = banner.debianVersion === undefined ? {} : { [`linux-image-${version}`]: banner.debianVersion };
  return { description: files.description, packages: { ...own, ...files.packages }, facts: { abilities: { ...abilities } } };
}

async function findAbilities(modulesHostPath: string, index: ModuleIndex, vmlinux: Uint8Array | undefined): Promise<OwnKernelAbilities> {
  const modules = listModules(index);
  const root = chooseRoot((name) => modules.has(name));
  const btrfs = modules.get('btrfs');
  const code = typeof btrfs === 'string' ? await readFile(path.join(modulesHostPath, btrfs)) : vmlinux;
  return { root, ...(code === undefined ? {} : { btrfsFeatures: btrfsFeaturesOfCode(code) }) };
}

function checkBanner({ version, shownHostPath }: KernelFiles, bzImage: Uint8Array): KernelBanner {
  const banner = readKernelBanner(bzImage);
  if (banner?.release === version) return banner;
  const why =
    banner === undefined ? 'its vmlinuz is not an x86 kernel' : `its vmlinuz is ${banner.release}, and its modules are for ${version}`;
  throw unusableKernel(shownHostPath, why, 'Use both from one build: the version of a kernel is the name of its directory in lib/modules.');
}
