import { mkdir, readFile, rename, rm, writeFile } from 'node:fs/promises';
import path from 'node:path';
import type { BuiltEntry, EntryWorkshop } from '../cache/ensure-entry.ts';
import type { CacheStore } from '../cache/store.ts';
import type { Context } from '../context.ts';
import { runHostCommand } from '../host-process.ts';
import { kernelPhases } from './build-progress.ts';
import { findKernel, findPackageVersions } from './kernel-tree.ts';
import type { KernelTree } from './kernel-tree.ts';
import { findMirror, planProxyOptions, planSources } from './mirror.ts';
import { planModuleLoading } from './module-closure.ts';
import { packInitramfs } from './pack-initramfs.ts';
import { decompressModules, indexModules, packModules } from './pack-modules.ts';
import { runMmdebstrap } from './run-mmdebstrap.ts';
import type { Suite } from './suite.ts';
import { chooseTreePlace } from './tree-place.ts';
import { unpackVmlinux } from './unpack-vmlinux.ts';

/** The files of a kernel's cache entry. */
export const kernelFiles = { kernel: 'kernel', initramfs: 'initramfs.cpio', modules: 'modules.erofs', version: 'version' } as const;

/** The kernel: the cloud flavour is a third of the size and has all that is needed. */
export const kernelPackage = 'linux-image-cloud-amd64';

/** Modules without which there is no root; as far as they are not built in. The agent's port is wanted as early. */
export const rootModules: readonly string[] = ['virtio_pci', 'virtio_blk', 'virtio_console', 'erofs', 'ext4', 'overlay'];

/** Builds a kernel's entry: fetches its packages, takes kernel, modules and a busybox out, and packs them. */
export async function buildKernel(
  ctx: Context,
  store: CacheStore,
  { entryHostPath, work }: EntryWorkshop,
  { suite, artefact, mirror }: { readonly suite: Suite; readonly artefact: string; readonly mirror: string | undefined },
): Promise<BuiltEntry> {
  const step = (fraction: number, detail: string): void => {
    ctx.emit({ type: 'progress-made', what: `building the ${artefact}`, fraction, detail });
  };
  const tarHostPath = path.join(work.hostPath, 'packages.tar');
  const treeHostPath = await work.openOutside(await chooseTreePlace(store), 0o711);
  const sources = planSources(await findMirror(ctx, mirror), suite);
  const argv = planKernelBootstrap(suite, sources, await readProxyOptions(ctx), tarHostPath);
  await runMmdebstrap(ctx, { artefact, suite: suite.name, argv, phases: kernelPhases, treeHostPath, cwdHostPath: work.hostPath });
  const { tree, packages, unpackedHostPath } = await unpackKernel(ctx, artefact, tarHostPath, work.hostPath);

  step(0.55, 'unpacking the modules');
  const modulesHostPath = path.join(unpackedHostPath, 'usr/lib/modules', tree.version);
  await decompressModules(ctx, modulesHostPath);
  const index = await indexModules(ctx, unpackedHostPath, tree.version);
  step(0.75, 'packing the modules');
  await packModules(ctx, unpackedHostPath, tree.version, path.join(entryHostPath, kernelFiles.modules));
  step(0.97, 'packing the initramfs');
  const modules = planModuleLoading(tree.version, index, rootModules);
  const stagingHostPath = path.join(work.hostPath, 'initramfs');
  const busyboxHostPath = path.join(unpackedHostPath, tree.busybox);
  await packInitramfs(ctx, { busyboxHostPath, modulesHostPath, modules, stagingHostPath }, path.join(entryHostPath, kernelFiles.initramfs));
  const bzImage = await readFile(path.join(unpackedHostPath, tree.vmlinuz));
  await writeFile(path.join(entryHostPath, kernelFiles.kernel), unpackVmlinux(bzImage) ?? bzImage);
  await writeFile(path.join(entryHostPath, kernelFiles.version), `${tree.version}\n`);
  return { description: `${suite.name} (${kernelPackage} ${packages[kernelPackage] ?? 'of unknown version'})`, packages };
}

/**
 * Gives the mmdebstrap command that unpacks a kernel's packages, uninstalled, into a tar. Their archives stay in it
 * (var/cache/apt/archives): their names say the versions.
 */
export function planKernelBootstrap(
  suite: Suite,
  sources: readonly string[],
  proxyOptions: readonly string[],
  tarHostPath: string,
): readonly string[] {
  // "package/release" takes what it depends on from there too, where needed: apt-get(8).
  const kernel = suite.backports ? `${kernelPackage}/${suite.name}` : kernelPackage;
  return [
    'mmdebstrap',
    '--mode=unshare',
    '--variant=extract',
    '--architectures=amd64',
    '--verbose',
    '--format=tar',
    '--skip=cleanup/apt/cache',
    '--aptopt=Acquire::Languages "none"',
    ...proxyOptions,
    `--include=${kernel},busybox-static`,
    suite.base,
    tarHostPath,
    ...sources,
  ];
}

/** Gives mmdebstrap options for the proxies that this host's apt uses. */
export async function readProxyOptions(ctx: Context): Promise<readonly string[]> {
  const { stdout } = await runHostCommand(ctx, ['apt-config', 'dump', 'Acquire'], { purpose: 'find the proxy of this host’s apt' });
  return planProxyOptions(stdout);
}

interface UnpackedKernel {
  readonly tree: KernelTree;
  readonly packages: Readonly<Record<string, string>>;
  /** Modules are in usr/lib/modules here, wherever the packages had them. */
  readonly unpackedHostPath: string;
}

async function unpackKernel(ctx: Context, artefact: string, tarHostPath: string, workHostPath: string): Promise<UnpackedKernel> {
  const purpose = 'take the kernel out of its packages';
  const listing = await runHostCommand(ctx, ['tar', '--list', '--file', tarHostPath], { purpose });
  const paths = listing.stdout.split('\n').map((line) => line.replace(/^\.\//, ''));
  const tree = findKernel(artefact, paths);
  const unpackedHostPath = path.join(workHostPath, 'unpacked');
  await mkdir(unpackedHostPath);
  const wanted = [...new Set([tree.modules, tree.vmlinuz, tree.busybox])].filter(
    (name) => name === tree.modules || !name.startsWith(`${tree.modules}/`),
  );
  const argv = [
    'tar',
    '--extract',
    '--no-same-owner',
    '--file',
    tarHostPath,
    '--directory',
    unpackedHostPath,
    ...wanted.map((name) => `./${name}`),
  ];
  await runHostCommand(ctx, argv, { purpose, writesHostPath: unpackedHostPath });
  await rm(tarHostPath);
  if (tree.modules.startsWith('lib/')) {
    await mkdir(path.join(unpackedHostPath, 'usr/lib'), { recursive: true });
    await rename(path.join(unpackedHostPath, 'lib/modules'), path.join(unpackedHostPath, 'usr/lib/modules'));
    await rm(path.join(unpackedHostPath, 'lib'), { recursive: true });
  }
  return { tree, packages: findPackageVersions(paths), unpackedHostPath };
}
