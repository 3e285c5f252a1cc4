import { readFile, rename, writeFile } from 'node:fs/promises';
import path from 'node:path';
import type { Mirrors } from '../../../core/image/mirrors.ts';
import { RaidlabError } from '../../../core/failure/failure.ts';
import type { BuiltEntry, EntryWorkshop } from '../../cache/ensure-entry.ts';
import type { CacheStore } from '../../cache/store.ts';
import type { Context } from '../../context.ts';
import { runHostCommand } from '../../process/host-process.ts';
import { readKernelBanner } from '../kernel/bzimage.ts';
import { chooseEntry, unpackVmlinux } from '../kernel/unpack-vmlinux.ts';
import { systemPhases } from '../packages/build-progress.ts';
import { findSources, readAptOptions } from '../packages/mirror.ts';
import { planInstallation } from '../packages/plan-installation.ts';
import { runMmdebstrap } from '../packages/run-mmdebstrap.ts';
import { chooseTreePlace } from '../packages/tree-place.ts';
import { placeFile, placeFiles, placeRecipe } from '../place-recipe.ts';
import { plainExt4 } from '../plain-ext4.ts';
import { readSharedGuestFiles, recipeHostPaths } from '../recipe.ts';
import { parsePackageList, upstreamVersion } from '../tools/build-tools.ts';
import { installedRootUuid } from './installed-root.ts';
import type { SystemChoice } from './system-choice.ts';
import { planSystemPackages } from './system-packages.ts';

/** The files of an installed system's cache entry. */
export const systemFiles = { root: 'root.ext4', kernel: 'kernel', initramfs: 'initrd.img', version: 'version' } as const;

/** Room on the root for what a machine writes to it; sparse. */
export const systemRoomBytes = 512 * 1024 * 1024;

/** The size of a tree and of the image that is packed beside it: 1.2 GB measured for trixie. */
const neededBytes = 2 * 1024 * 1024 * 1024;

/**
 * Installs a Debian with mmdebstrap, its kernel's and its initramfs's own scripts included, and packs it as the ext4 root of machines.
 * Rejects as a tools image does.
 */
export async function buildSystem(
  ctx: Context,
  store: CacheStore,
  { entryHostPath, work }: EntryWorkshop,
  { artefact, mirrors, ...choice }: SystemChoice & { readonly artefact: string; readonly mirrors: Mirrors },
): Promise<BuiltEntry> {
  const { suite } = choice;
  const treeHostPath = await work.openOutside(await chooseTreePlace(store, neededBytes), 0o711);
  // Beside the tree, where mmdebstrap's user namespace can read it.
  const hooksHostPath = path.join(treeHostPath, 'hooks');
  await placeRecipe(recipeHostPaths.buildHooks, hooksHostPath);
  await placeRecipe(recipeHostPaths.systemHooks, hooksHostPath);
  await placeRecipe(recipeHostPaths.systemRoot, path.join(hooksHostPath, 'system-root'));
  await placeFiles(await readSharedGuestFiles(), path.join(hooksHostPath, 'guest-files'));
  await placeFile(path.join(hooksHostPath, 'system'), planPacking());

  const argv = planSystemBootstrap(choice, await findSources(ctx, suite, mirrors), await readAptOptions(ctx), hooksHostPath);
  await runMmdebstrap(ctx, { artefact, suite: suite.name, argv, phases: systemPhases, treeHostPath, cwdHostPath: work.hostPath });
  const inWork = (name: string): string => path.join(work.hostPath, name);
  const inEntry = (name: string): string => path.join(entryHostPath, name);
  // It came through a pipe, holes included.
  const sparse = ['cp', '--sparse=always', '--', inWork('root.ext4'), inEntry(systemFiles.root)];
  await runHostCommand(ctx, sparse, { purpose: 'keep the root', writesHostPath: entryHostPath });
  await rename(inWork('initrd.img'), inEntry(systemFiles.initramfs));

  const bzImage = await readFile(inWork('vmlinuz'));
  const banner = readKernelBanner(bzImage);
  if (banner === undefined)
    throw new RaidlabError({ area: 'image', reason: 'build-failed', artefact, argv, said: 'Its vmlinuz is not an x86 kernel.' });
  await writeFile(inEntry(systemFiles.kernel), chooseEntry(bzImage, unpackVmlinux(bzImage)));
  await writeFile(inEntry(systemFiles.version), `${banner.release}\n`);
  const packages = parsePackageList(await readFile(inWork('packages'), 'utf8'));
  return { description: describeSystem(choice, packages), packages };
}

/** Gives the mmdebstrap command that installs the system and packs it in its customize hook. No tree is left. */
export function planSystemBootstrap(
  choice: SystemChoice,
  sources: readonly string[],
  aptOptions: readonly string[],
  hooksHostPath: string,
): readonly string[] {
  return planInstallation({
    suite: choice.suite,
    packages: planSystemPackages(choice),
    sources,
    aptOptions,
    hooksHostPath,
    hooks: [
      ['extract', 'extract'],
      ['extract', 'prepare'],
      ['customize', 'pack-system'],
    ],
    results: ['root.ext4', 'vmlinuz', 'initrd.img', 'packages'],
  });
}

/** Gives the parameters of the hooks, as shell words. */
function planPacking(): string {
  const words = ['mke2fs', ...plainExt4, '-m', '0', '-N', '65536', '-J', 'size=8', '-L', 'installed', '-U', installedRootUuid];
  return [`root_uuid=${installedRootUuid}`, `mke2fs='${words.join(' ')}'`, `room_mib=${String(systemRoomBytes / 1024 ** 2)}`, ''].join(
    '\n',
  );
}

function describeSystem({ suite, initramfsMaker }: SystemChoice, packages: Readonly<Record<string, string>>): string {
  const short = (name: string): string => upstreamVersion(packages, name);
  return `${suite.name} (systemd ${short('systemd')}, ${initramfsMaker} ${short(initramfsMaker)}, btrfs-progs ${short('btrfs-progs')}, cryptsetup ${short('cryptsetup-bin')})`;
}
