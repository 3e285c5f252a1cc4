import { stat } from 'node:fs/promises';
import path from 'node:path';
import { kernelSeries, newestMatch } from '../../../core/image/available-kernel.ts';
import { RaidlabError } from '../../../core/failure/failure.ts';
import { knownRootModules } from '../../../core/image/kernel-abilities.ts';
import { describeKernelChoice } from '../../../core/image/kernel-choice.ts';
import type { KernelChoice } from '../../../core/image/kernel-choice.ts';
import type { Mirrors } from '../../../core/image/mirrors.ts';
import type { OpenStore } from '../../cache/open-store.ts';
import type { CacheStore } from '../../cache/store.ts';
import type { Context } from '../../context.ts';
import { bootstrapKernel } from '../packages/bootstrap-packages.ts';
import type { KernelSource } from './build-kernel.ts';
import { copyKernelDirectory } from './copy-kernel-directory.ts';
import { ensureBusybox } from '../packages/ensure-busybox.ts';
import { withAvailableKernels } from './find-available-kernels.ts';
import { findKernelDirectory } from './find-kernel-directory.ts';
import { kernelPackageOf, requireSuite } from '../packages/suite.ts';
import { findPackageFiles, unpackKernelPackages } from './unpack-kernel-packages.ts';

/**
 * Gives the source of the chosen kernel. Checks the files that the choice names, and fetches nothing yet. Rejects with
 * `image/unknown-suite` or `image/unusable-kernel-files`.
 */
export async function findKernelSource(store: OpenStore, choice: KernelChoice, mirrors: Mirrors): Promise<KernelSource> {
  const artefact = describeKernelChoice(choice);
  if ('suite' in choice) return sourceOfSuite(store, choice.suite, mirrors);
  if ('version' in choice) return sourceOfVersion(store, choice.version, artefact, mirrors);
  if ('packageHostPaths' in choice) {
    const hostPaths = await findPackageFiles(choice.packageHostPaths);
    return {
      artefact,
      identity: { packages: await describeFiles(hostPaths), knownRootModules },
      unpack: async (ctx, { work }) => unpackKernelPackages(ctx, work, hostPaths, await ensureBusybox(ctx, store, mirrors)),
    };
  }
  const found = await findKernelDirectory(choice.directoryHostPath);
  const { vmlinuzHostPath, moduleFiles, builtins } = found;
  return {
    artefact,
    identity: { directory: await describeFiles([vmlinuzHostPath, ...moduleFiles.values()]), builtins, knownRootModules },
    unpack: async (ctx, { work }) => copyKernelDirectory(work, found, await ensureBusybox(ctx, store, mirrors)),
  };
}

/** Checks that a choice's files exist and look like a kernel's from outside. Rejects with `image/unusable-kernel-files`. */
export async function checkKernelFiles(choice: KernelChoice): Promise<void> {
  if ('packageHostPaths' in choice) await findPackageFiles(choice.packageHostPaths);
  if ('directoryHostPath' in choice) await findKernelDirectory(choice.directoryHostPath);
}

/** Gives the source of a suite's newest kernel. Throws `image/unknown-suite`. */
export function sourceOfSuite(store: CacheStore, name: string, mirrors: Mirrors): KernelSource {
  const artefact = describeKernelChoice({ suite: name });
  const suite = requireSuite(name, mirrors);
  const kernelPackage = kernelPackageOf(suite);
  return {
    artefact,
    identity: { suite, kernelPackage, knownRootModules },
    unpack: async (ctx, { work }) => bootstrapKernel(ctx, store, work, { artefact, suite, kernelPackage, mirrors }),
  };
}

/** The version is resolved when the kernel is built, like a suite's newest: a cached one is used as it is. */
function sourceOfVersion(store: OpenStore, version: string, artefact: string, mirrors: Mirrors): KernelSource {
  const unpack: KernelSource['unpack'] = async (ctx, { work }) => {
    const busyboxHostPath = await ensureBusybox(ctx, store, mirrors);
    return withAvailableKernels(ctx, store, mirrors, async ({ kernels, incomplete, unread }, fetchKernel) => {
      const newest = newestMatch(kernels, version);
      if (newest === undefined) {
        const known = kernelSeries(kernels);
        const partly = newestMatch(incomplete, version);
        const facts = { ...(partly === undefined ? {} : { partly }), ...(unread === undefined ? {} : { unread }) };
        throw new RaidlabError({ area: 'image', reason: 'version-not-found', version, known, ...facts });
      }
      remarkOnChoice(ctx, version, newest.package, newest.suite, unread?.suites);
      const hostPaths = await fetchKernel(newest, path.join(work.hostPath, 'packages'));
      const files = await unpackKernelPackages(ctx, work, hostPaths, busyboxHostPath);
      return {
        ...files,
        description: `${newest.suite} (${newest.package} ${newest.version})`,
        shownHostPath: `the packages of ${newest.suite}`,
      };
    });
  };
  return { artefact, identity: { version, knownRootModules }, unpack };
}

function remarkOnChoice(ctx: Context, version: string, name: string, suite: string, unread: readonly string[] | undefined): void {
  const blind = unread === undefined ? '' : `; ${unread.join(', ')} could not be read`;
  ctx.emit({ type: 'remark-made', text: `The newest kernel ${version} is ${name} of ${suite}${blind}.` });
}

/** What distinguishes files without reading them: a module tree has 300 MB. */
async function describeFiles(hostPaths: readonly string[]): Promise<readonly string[]> {
  const described: string[] = [];
  for (const hostPath of hostPaths) {
    const { size, mtimeNs } = await stat(hostPath, { bigint: true });
    described.push(`${hostPath} ${String(size)} ${String(mtimeNs)}`);
  }
  return described;
}
