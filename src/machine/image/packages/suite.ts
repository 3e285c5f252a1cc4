import { RaidlabError } from '../../../core/failure/failure.ts';
import type { Mirrors } from '../../../core/image/mirrors.ts';

/** A Debian suite that kernels and tools can come from. */
export interface Suite {
  /** As the person types it: `trixie`, `trixie-backports`. */
  readonly name: string;
  /** The installed suite; for backports the one they are for. */
  readonly base: string;
  /** Whether packages come from `<base>-backports` where it has them. */
  readonly backports: boolean;
  /** Whether packages also come from `<base>-security`; sid has no security archive of its own. */
  readonly security: boolean;
  /** Whether util-linux is split: hwclock, fsfreeze and others moved to util-linux-extra in bookworm. */
  readonly utilLinuxExtra: boolean;
  /** The series of its kernel, where that never changes: in a release. */
  readonly kernelSeries?: string;
}

/** The suites, oldest first. Source: the releases of Debian, https://wiki.debian.org/DebianReleases. */
export const suites: readonly Suite[] = [
  // Its support ended in August 2026: the security archive's index names packages that are gone.
  { name: 'bullseye', base: 'bullseye', backports: false, security: false, utilLinuxExtra: false, kernelSeries: '5.10' },
  { name: 'bookworm', base: 'bookworm', backports: false, security: true, utilLinuxExtra: true, kernelSeries: '6.1' },
  { name: 'bookworm-backports', base: 'bookworm', backports: true, security: true, utilLinuxExtra: true },
  { name: 'trixie', base: 'trixie', backports: false, security: true, utilLinuxExtra: true, kernelSeries: '6.12' },
  { name: 'trixie-backports', base: 'trixie', backports: true, security: true, utilLinuxExtra: true },
  { name: 'forky', base: 'forky', backports: false, security: false, utilLinuxExtra: true },
  { name: 'sid', base: 'sid', backports: false, security: false, utilLinuxExtra: true },
];

/** Releases before buster: their kernels have no cloud flavour, their util-linux is whole. */
const oldReleases = ['wheezy', 'jessie', 'stretch'];

/** The default suite. */
export const defaultSuite = 'trixie';

/** Gives the names of available suites: ours, oldest first, then those that only `mirrors` knows. */
export function suiteNames(mirrors: Mirrors = {}): readonly string[] {
  return [...new Set([...suites.map((suite) => suite.name), ...Object.keys(mirrors.bySuite ?? {})])];
}

/**
 * Gives the suite with this name. One that is not in our table, but has its own mirror, is what its name says: `jessie-backports` is
 * backports for jessie. Throws `image/unknown-suite`.
 */
export function requireSuite(name: string, mirrors: Mirrors = {}): Suite {
  const suite = suites.find((known) => known.name === name);
  if (suite !== undefined) return suite;
  if (mirrors.bySuite?.[name] !== undefined) return suiteOfArchive(name);
  throw new RaidlabError({ area: 'image', reason: 'unknown-suite', suite: name, known: suiteNames(mirrors) });
}

/** Gives the package with a suite's newest kernel. The cloud flavour, if available, is a third of the size and has everything needed. */
export function kernelPackageOf(suite: Suite): string {
  return oldReleases.includes(suite.base) ? 'linux-image-amd64' : 'linux-image-cloud-amd64';
}

function suiteOfArchive(name: string): Suite {
  const base = name.replace(/-backports(?:-sloppy)?$/u, '');
  // Releases after ours are like our last; bullseye and buster before it also have an unsplit util-linux.
  const utilLinuxExtra = ![...oldReleases, 'buster', 'bullseye'].includes(base);
  return { name, base, backports: base !== name, security: false, utilLinuxExtra };
}
