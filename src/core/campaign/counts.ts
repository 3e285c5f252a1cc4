import { compareVersions, parseVersion } from '../image/version-range.ts';
import type { Standing } from './archived-result.ts';

/** A result that can be looked at: where its evidence is, and what it came to in a sentence. */
export interface ResultPlace {
  readonly run: string;
  readonly job: string;
  readonly directory: string | null;
  readonly summary: string;
}

/** What results of one kind are about. */
export interface ResultSubject {
  readonly drill: string;
  readonly isTwin: boolean;
  /** As in an archived result. */
  readonly variation: string;
  readonly layout: string;
  readonly tools: string;
  /** The kernel as people compare it, see {@link nameOfKernel}. */
  readonly kernel: string;
}

/** How many results of one subject there are, by what they say, and one of each kind that can be looked at. */
export interface ResultCounts extends ResultSubject {
  readonly counts: Readonly<Record<Standing, number>>;
  /** How many of the bad ones are known of these versions. */
  readonly known: number;
  /** The latest good and the latest bad one. */
  readonly good: ResultPlace | null;
  readonly bad: ResultPlace | null;
}

/** Puts together what is about the same but for the kernel, in the order of drill, twin, variation, layout and tools. */
export function groupBySubject(counts: readonly ResultCounts[]): readonly (readonly ResultCounts[])[] {
  const groups = Map.groupBy(counts, ({ drill, isTwin, variation, layout, tools }) =>
    JSON.stringify([drill, isTwin, variation, layout, tools]),
  );
  return [...groups.keys()].sort().map((key) => groups.get(key) ?? []);
}

/** No results. */
export const noCounts: Readonly<Record<Standing, number>> = { good: 0, bad: 0, machine: 0, unclear: 0, skipped: 0, interrupted: 0 };

/** Gives a kernel without what says who built it and for which machines: `6.12.118` of `6.12.118+deb13-cloud-amd64`. */
export function nameOfKernel(release: string): string {
  return release.replace(/\+deb\d+\w*/u, '').replace(/(?:-(?:cloud|rt))?-(?:amd64|arm64)$/u, '');
}

/** Compares kernels by version, the older first; those that have none come last, by name. */
export function compareKernels(one: string, other: string): number {
  const [ours, theirs] = [versionOf(one), versionOf(other)];
  if (ours === undefined || theirs === undefined) return ours === theirs ? one.localeCompare(other, 'en') : ours === undefined ? 1 : -1;
  // Debian's 6.1.0-40 and 6.1.0-56 are one version in what a version is compared by.
  return compareVersions(ours, theirs) || one.localeCompare(other, 'en', { numeric: true });
}

function versionOf(kernel: string) {
  try {
    return parseVersion(kernel);
  } catch {
    return undefined;
  }
}
