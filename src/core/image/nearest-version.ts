import { parseVersion } from './version-range.ts';

/** How many minor versions a major one has: of Linux 5.19 was followed by 6.0, 6.19 by 7.0, and btrfs-progs go with it. */
const minorsOfMajor = 20;

/**
 * Gives the candidate whose version is nearest to one of Linux or btrfs-progs: of its series the nearest number, otherwise the nearest series; of two at the
 * same distance the newer one. Undefined without candidates.
 */
export function nearestVersion<Candidate extends { readonly version: string }>(
  wanted: string,
  candidates: readonly Candidate[],
): Candidate | undefined {
  const to = placeOf(wanted);
  const sorted = candidates
    .map((candidate) => ({ candidate, at: placeOf(candidate.version) }))
    .sort(
      (one, other) =>
        compare(distance(one.at, to), distance(other.at, to)) || other.at.series - one.at.series || other.at.patch - one.at.patch,
    );
  return sorted[0]?.candidate;
}

/** Tells whether two versions are of one series: 6.12.43 and 6.12.118. */
export function isSameSeries(one: string, other: string): boolean {
  return placeOf(one).series === placeOf(other).series;
}

interface Place {
  readonly series: number;
  readonly patch: number;
}

function placeOf(version: string): Place {
  const { numbers } = parseVersion(version);
  const [major = 0, minor = 0, patch = 0] = numbers;
  return { series: major * minorsOfMajor + minor, patch };
}

function distance(one: Place, other: Place): Place {
  const series = Math.abs(one.series - other.series);
  // The numbers of another series say nothing.
  return { series, patch: series === 0 ? Math.abs(one.patch - other.patch) : 0 };
}

function compare(one: Place, other: Place): number {
  return one.series - other.series || one.patch - other.patch;
}
