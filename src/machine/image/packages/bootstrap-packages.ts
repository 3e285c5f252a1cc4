import { mkdir, rename, rm } from 'node:fs/promises';
import path from 'node:path';
import { RaidlabError } from '../../../core/failure/failure.ts';
import type { Mirrors } from '../../../core/image/mirrors.ts';
import type { OwnedDirectory } from '../../cache/owned-directory.ts';
import type { CacheStore } from '../../cache/store.ts';
import type { Context } from '../../context.ts';
import { runHostCommand } from '../../process/host-process.ts';
import { kernelPhases } from './build-progress.ts';
import type { KernelFiles } from '../kernel/kernel-files.ts';
import { findBusybox, findKernel, findPackageVersions } from '../kernel/kernel-tree.ts';
import { findSources, readAptOptions } from './mirror.ts';
import { runMmdebstrap } from './run-mmdebstrap.ts';
import type { Suite } from './suite.ts';
import { chooseTreePlace } from './tree-place.ts';

/** What is fetched of a suite, unpacked but not installed. */
export interface PackageWish {
  /** For people, to complete "building the …". */
  readonly artefact: string;
  readonly suite: Suite;
  /** Names; their dependencies are added. */
  readonly packages: readonly string[];
  readonly mirrors: Mirrors;
}

/** A suite's packages as a tar, unpacked, with their archives in var/cache/apt/archives. */
export interface PackageTar {
  readonly tarHostPath: string;
  /** The paths in it. */
  readonly paths: readonly string[];
}

/**
 * Fetches a kernel's packages and a busybox, and extracts their files. Rejects with `image/mirror-unreachable`, `image/mirror-unknown`,
 * `image/build-failed`, `host/disk-full`.
 */
export async function bootstrapKernel(
  ctx: Context,
  store: CacheStore,
  work: OwnedDirectory,
  { kernelPackage, ...wish }: Omit<PackageWish, 'packages'> & { readonly kernelPackage: string },
): Promise<KernelFiles> {
  const { artefact, suite } = wish;
  const tar = await bootstrapPackages(ctx, store, work, { ...wish, packages: [kernelPackage, 'busybox-static'] });
  const tree = findKernel(tar.paths);
  const busybox = findBusybox(tar.paths);
  if ('problem' in tree || busybox === undefined) {
    const said = `In the packages, ${'problem' in tree ? tree.problem : 'there is no busybox'}.`;
    throw new RaidlabError({ area: 'image', reason: 'build-failed', artefact, argv: ['tar', '--list'], said });
  }
  const unpackedHostPath = path.join(work.hostPath, 'unpacked');
  const outside = [tree.vmlinuz, busybox].filter((name) => !name.startsWith(`${tree.modules}/`));
  await extractFrom(ctx, tar, [tree.modules, ...outside], unpackedHostPath);
  await moveModules(tree.modules, unpackedHostPath);
  const packages = findPackageVersions(tar.paths);
  return {
    version: tree.version,
    vmlinuzHostPath: path.join(unpackedHostPath, tree.vmlinuz.replace(/^lib\/modules\//u, 'usr/lib/modules/')),
    unpackedHostPath,
    busyboxHostPath: path.join(unpackedHostPath, busybox),
    packages,
    description: `${suite.name} (${kernelPackage} ${packages[kernelPackage] ?? 'of unknown version'})`,
    shownHostPath: `the packages of ${suite.name}`,
  };
}

/** Fetches packages and their dependencies. Rejects as {@link bootstrapKernel} does. */
export async function bootstrapPackages(ctx: Context, store: CacheStore, work: OwnedDirectory, wish: PackageWish): Promise<PackageTar> {
  const { artefact, suite } = wish;
  const tarHostPath = path.join(work.hostPath, 'packages.tar');
  const treeHostPath = await work.openOutside(await chooseTreePlace(store), 0o711);
  const sources = await findSources(ctx, suite, wish.mirrors);
  const argv = planBootstrap(suite, wish.packages, sources, await readAptOptions(ctx), tarHostPath);
  await runMmdebstrap(ctx, { artefact, suite: suite.name, argv, phases: kernelPhases, treeHostPath, cwdHostPath: work.hostPath });
  const listing = await runHostCommand(ctx, ['tar', '--list', '--file', tarHostPath], { purpose: 'look into the packages' });
  return { tarHostPath, paths: listing.stdout.split('\n').map((line) => line.replace(/^\.\//, '')) };
}

/**
 * Gives the mmdebstrap command that unpacks packages, uninstalled, into a tar. Their archives stay in it (var/cache/apt/archives),
 * because their names contain the versions.
 */
export function planBootstrap(
  suite: Suite,
  packages: readonly string[],
  sources: readonly string[],
  aptOptions: readonly string[],
  tarHostPath: string,
): readonly string[] {
  // "package/release" also takes its dependencies from there if needed: apt-get(8). Only kernels should be backported versions.
  const isFromBackports = (name: string): boolean => suite.backports && name.startsWith('linux-');
  const include = packages.map((name) => (isFromBackports(name) ? `${name}/${suite.name}` : name));
  return [
    'mmdebstrap',
    '--variant=extract',
    '--architectures=amd64',
    '--verbose',
    '--format=tar',
    '--skip=cleanup/apt/cache',
    '--aptopt=Acquire::Languages "none"',
    ...aptOptions,
    `--include=${include.join(',')}`,
    suite.base,
    tarHostPath,
    ...sources,
  ];
}

/** Extracts paths from a tar of packages into a new directory, and removes the tar. */
export async function extractFrom(ctx: Context, tar: PackageTar, paths: readonly string[], targetHostPath: string): Promise<void> {
  await mkdir(targetHostPath, { recursive: true });
  const argv = ['tar', '--extract', '--no-same-owner', '--file', tar.tarHostPath, '--directory', targetHostPath];
  await runHostCommand(ctx, [...argv, ...new Set(paths.map((name) => `./${name}`))], {
    purpose: 'take files out of packages',
    writesHostPath: targetHostPath,
  });
  await rm(tar.tarHostPath);
}

/** Moves modules in a tree's lib/ to usr/lib/, where they usually are. */
export async function moveModules(modules: string, unpackedHostPath: string): Promise<void> {
  if (!modules.startsWith('lib/')) return;
  await mkdir(path.join(unpackedHostPath, 'usr/lib'), { recursive: true });
  await rename(path.join(unpackedHostPath, 'lib/modules'), path.join(unpackedHostPath, 'usr/lib/modules'));
  // indexModules puts a link in its place.
  await rm(path.join(unpackedHostPath, 'lib'), { recursive: true });
}
