import { RaidlabError } from '../../../core/failure/failure.ts';
import type { MkfsParts } from '../../../core/plan/mkfs-features.ts';
import { nearestVersion } from '../../../core/image/nearest-version.ts';
import { satisfies } from '../../../core/image/version-range.ts';
import type { KernelArtefact, ToolsArtefact } from '../artefact.ts';
import type { ForeseenKernel } from '../kernel/foresee-kernel.ts';
import { defaultSuite } from '../packages/suite.ts';

/**
 * The oldest kernel that a suite's tools run on, as far as tried: bookworm's on 3.16.0, trixie's on 4.9.229. udev requires the most, then
 * libc. Source: README of systemd 252, REQUIREMENTS. Newer suites are treated like trixie.
 */
const oldestKernels: Readonly<Record<string, string>> = { bullseye: '3.13', bookworm: '3.15', 'bookworm-backports': '3.15' };
const oldestKernelElsewhere = '4.9';

/** The default suites for tools, best first. */
const preferredSuites: readonly string[] = [defaultSuite, 'bookworm'];

/** The minimal btrfs-progs version of a suite; for plans, which look at no package. */
const oldestProgs: Readonly<Record<string, string>> = { bullseye: '5.10', bookworm: '6.2', 'bookworm-backports': '6.2', trixie: '6.14' };
const oldestProgsElsewhere = '6.19';

/** Gives the suite with the newest tools that run on a kernel; the default suite if nothing is known of the kernel. */
export function newestToolsFor(kernelVersion: string | undefined): string {
  return preferredSuites.find((suite) => kernelVersion === undefined || bears(kernelVersion, suite)) ?? defaultSuite;
}

/** Gives, of the suites whose tools run on a kernel, the one whose btrfs-progs are nearest to a version. */
export function toolsLike(progsVersion: string, kernelVersion: string): string {
  const bearable = preferredSuites.filter((suite) => bears(kernelVersion, suite));
  return (
    nearestVersion(
      progsVersion,
      bearable.map((suite) => ({ suite, version: oldestProgsOf(suite) })),
    )?.suite ?? newestToolsFor(kernelVersion)
  );
}

/** Rejects with `image/tools-too-new` when a suite's tools do not run on a kernel. */
export function requireBearable({ version, upstreamVersion }: KernelArtefact, suite: string): void {
  if (bears(upstreamVersion, suite)) return;
  throw new RaidlabError({
    area: 'image',
    reason: 'tools-too-new',
    kernel: version,
    suite,
    oldestKernel: oldestKernels[suite] ?? oldestKernelElsewhere,
    others: preferredSuites.filter((other) => bears(upstreamVersion, other)),
  });
}

/** Gives what mkfs.btrfs must support: an existing kernel and existing tools. */
export function mkfsPartsOf({ kernel, tools }: { readonly kernel: KernelArtefact; readonly tools: ToolsArtefact }): MkfsParts {
  const progsVersion = tools.versions['btrfs-progs'] ?? oldestProgsOf(tools.suite);
  return { kernelVersion: kernel.upstreamVersion, btrfsFeatures: kernel.abilities.btrfsFeatures, progsVersion };
}

/** Gives the same before they are built; undefined if nothing is known of the kernel. */
export function foreseeMkfsParts({ version, abilities }: ForeseenKernel, suite: string): MkfsParts | undefined {
  if (version === undefined) return undefined;
  return { kernelVersion: version, btrfsFeatures: abilities?.btrfsFeatures, progsVersion: oldestProgsOf(suite) };
}

/** Describes the machine that a kernel and a suite's tools make, each as the end of a sentence; empty if it is usual or unknown. */
export function describeForeseen({ version, abilities, hasPvhEntry }: ForeseenKernel, tools: string): readonly string[] {
  if (version === undefined || abilities === undefined) return [];
  return [
    `Linux ${version}, tools of ${tools}`,
    ...(abilities.root === 'whole' ? ['the root is ext4, because the kernel lacks erofs or overlayfs'] : []),
    ...(hasPvhEntry === false ? ['QEMU starts its bzImage, because it has no PVH entry'] : []),
  ];
}

function oldestProgsOf(suite: string): string {
  return oldestProgs[suite] ?? oldestProgsElsewhere;
}

function bears(kernelVersion: string, suite: string): boolean {
  return satisfies(kernelVersion, `>=${oldestKernels[suite] ?? oldestKernelElsewhere}`);
}
