import { readFile, rename, truncate, writeFile } from 'node:fs/promises';
import path from 'node:path';
import type { OwnRootKind } from '../../../core/image/kernel-abilities.ts';
import type { Mirrors } from '../../../core/image/mirrors.ts';
import type { BuiltEntry, EntryWorkshop } from '../../cache/ensure-entry.ts';
import type { CacheStore } from '../../cache/store.ts';
import type { Context } from '../../context.ts';
import { runHostCommand } from '../../process/host-process.ts';
import { toolsPhases } from '../packages/build-progress.ts';
import { findSources, readAptOptions } from '../packages/mirror.ts';
import { planInstallation } from '../packages/plan-installation.ts';
import { placeFile, placeRecipe } from '../place-recipe.ts';
import { plainExt4 } from '../plain-ext4.ts';
import { recipeHostPaths } from '../recipe.ts';
import { runMmdebstrap } from '../packages/run-mmdebstrap.ts';
import type { Suite } from '../packages/suite.ts';
import { chooseTreePlace } from '../packages/tree-place.ts';

/** The files of a tools image's cache entry, by the root they are for. A whole root is one file, which each machine's system disk is a copy of. */
export const toolsFiles = {
  layers: { root: 'root.erofs', system: 'system.ext4' },
  whole: { root: 'root.ext4', system: 'root.ext4' },
} as const satisfies Readonly<Record<OwnRootKind, { readonly root: string; readonly system: string }>>;

/** Room for what a machine writes outside its array; sparse. */
export const systemSizeBytes = 512 * 1024 * 1024;

/** The label of a machine's system disk tells its content: what was written over the layers, or a whole root. */
export const systemLabel: Readonly<Record<OwnRootKind, string>> = { layers: 'system', whole: 'root' };

const systemUuid = '7261696c-6162-4000-8000-73797374656d';

/** The packages that a backports suite's tools take from backports if available: those whose version is what a drill is about. */
const backportedPackages = ['btrfs-progs', 'libbtrfs*', 'cryptsetup', 'cryptsetup-bin', 'libcryptsetup*', 'dmsetup', 'libdevmapper*'];

/** Gives the packages of a tools image, beyond the essential ones. */
export function planToolsPackages(suite: Suite): readonly string[] {
  return [
    // the array; `cryptsetup` is what reads /etc/crypttab (cryptdisks)
    'btrfs-progs',
    'cryptsetup',
    'cryptsetup-bin',
    'e2fsprogs',
    'fdisk',
    'mount',
    'util-linux',
    ...(suite.utilLinuxExtra ? ['util-linux-extra'] : []),
    // the machine
    'kmod',
    'udev',
    'openssh-server',
    'iproute2',
    'procps',
    // the proof
    'attr',
    'xxhash',
    // the person
    'bash-completion',
    'less',
    'mandoc',
    'nano',
    'vim-tiny',
    // the person's programs: rsync needs a copy on either side, and Ansible sends python over ssh
    'rsync',
    'python3',
  ];
}

/** The parts of a tools image. */
export interface ToolsWish {
  readonly suite: Suite;
  /** For people, to complete "building the …". */
  readonly artefact: string;
  /** Beyond the essential ones. */
  readonly packages: readonly string[];
  readonly mirrors: Mirrors;
  readonly root: OwnRootKind;
}

/** Builds a tools image's entry: the read-only root, and the blank upper layer. */
export async function buildTools(
  ctx: Context,
  store: CacheStore,
  { entryHostPath, work }: EntryWorkshop,
  wish: ToolsWish,
): Promise<BuiltEntry> {
  const { suite, artefact, packages: wanted, mirrors, root } = wish;
  const treeHostPath = await work.openOutside(await chooseTreePlace(store), 0o711);
  // Beside the tree, where mmdebstrap's user namespace can read it.
  const hooksHostPath = path.join(treeHostPath, 'hooks');
  await placeRecipe(recipeHostPaths.buildHooks, hooksHostPath);
  await placeRecipe(recipeHostPaths.guestRoot, path.join(hooksHostPath, 'guest-root'));
  await placeFile(path.join(hooksHostPath, 'pack'), planPacking(root));
  if (suite.backports) await placeFile(path.join(hooksHostPath, 'preferences'), planPreferences(suite));

  const sources = await findSources(ctx, suite, mirrors);
  const argv = planToolsBootstrap(suite, wanted, sources, await readAptOptions(ctx), { hooksHostPath, root });
  await runMmdebstrap(ctx, { artefact, suite: suite.name, argv, phases: toolsPhases, treeHostPath, cwdHostPath: work.hostPath });
  const image = toolsFiles[root].root;
  const imageHostPath = path.join(entryHostPath, image);
  // It came through a pipe, holes included.
  const sparse = ['cp', '--sparse=always', '--', path.join(work.hostPath, image), imageHostPath];
  if (root === 'whole') await runHostCommand(ctx, sparse, { purpose: 'keep the root', writesHostPath: imageHostPath });
  else await rename(path.join(work.hostPath, image), imageHostPath);
  const packages = parsePackageList(await readFile(path.join(work.hostPath, 'packages'), 'utf8'));
  if (root === 'layers') await makeBlankSystem(ctx, path.join(entryHostPath, toolsFiles.layers.system));
  const versions = `btrfs-progs ${upstreamVersion(packages, 'btrfs-progs')}, cryptsetup ${upstreamVersion(packages, 'cryptsetup-bin')}`;
  return { description: `${suite.name} (${versions}${root === 'whole' ? ', ext4' : ''})`, packages };
}

/** Gives the mmdebstrap command that installs the tools and packs them in its customize hook. No tree is left. */
export function planToolsBootstrap(
  suite: Suite,
  packages: readonly string[],
  sources: readonly string[],
  aptOptions: readonly string[],
  { hooksHostPath, root }: { readonly hooksHostPath: string; readonly root: OwnRootKind },
): readonly string[] {
  const hooks = (['setup', 'extract', 'customize'] as const).map((name) => [name, name] as const);
  return planInstallation({ suite, packages, sources, aptOptions, hooksHostPath, hooks, results: [toolsFiles[root].root, 'packages'] });
}

/** Gives the customize hook's parameters for the root, as shell words: its filesystem, and the options of mke2fs. */
function planPacking(root: OwnRootKind): string {
  const words = ['mke2fs', ...plainExt4, '-m', '0', '-N', '32768', '-J', 'size=8', '-L', systemLabel.whole, '-U', systemUuid];
  return root === 'layers'
    ? 'filesystem=erofs\n'
    : `filesystem=ext4\nmke2fs='${words.join(' ')}'\nroom_mib=${String(systemSizeBytes / 1024 ** 2)}\n`;
}

/** Gives the text of an apt_preferences(5) file that prefers backports for the packages that matter. */
export function planPreferences(suite: Suite): string {
  return `Package: ${backportedPackages.join(' ')}\nPin: release n=${suite.name}\nPin-Priority: 990\n`;
}

/** Gives the version of a package without Debian's epoch and revision, for people. */
export function upstreamVersion(packages: Readonly<Record<string, string>>, name: string): string {
  return packages[name]?.replace(/^\d+:/, '').replace(/-[^-]*$/, '') ?? 'of unknown version';
}

/** Parses lines of `NAME VERSION` into versions by package. */
export function parsePackageList(text: string): Readonly<Record<string, string>> {
  const versions: Record<string, string> = {};
  for (const line of text.split('\n')) {
    const [name, version] = line.split(' ');
    if (name !== undefined && version !== undefined) versions[name] = version;
  }
  return versions;
}

/**
 * Makes the blank ext4 that becomes the upper layer of roots. Its tables are written now, so that no machine's kernel does that while a
 * drill measures; its journal makes a power cut harmless.
 */
async function makeBlankSystem(ctx: Context, hostPath: string): Promise<void> {
  await writeFile(hostPath, '');
  await truncate(hostPath, systemSizeBytes);
  const argv = ['mke2fs', ...plainExt4, '-m', '0', '-N', '16384', '-J', 'size=8', '-L', systemLabel.layers, '-U', systemUuid, hostPath];
  await runHostCommand(ctx, argv, { purpose: 'make the guest’s system disk', writesHostPath: hostPath });
}
