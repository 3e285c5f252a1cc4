/**
 * A version of a kernel or tool, as far as it matters for comparison: the numbers, and whether it is a release candidate. What
 * distributions append (`-cloud-amd64`, `+deb13`, `~bpo12+1`, `-2`) says who built it and does not matter.
 */
export interface Version {
  /** `6.12.118` is `[6, 12, 118]`. */
  readonly numbers: readonly number[];
  /** `7.3~rc1` and `7.3-rc1` are 1; null for a release. */
  readonly candidate: number | null;
}

/** One bound of a {@link VersionRange}. */
export interface VersionBound {
  readonly operator: '>=' | '>' | '<=' | '<' | '=';
  readonly version: Version;
}

/** Bounds that must all hold: `>=6.2 <6.5`. */
export type VersionRange = readonly VersionBound[];

/**
 * Parses a version as `uname -r`, a tool or a Debian package prints it: `6.1.170`, `6.12.118-cloud-amd64`, `7.3~rc1`, `v6.6.3`,
 * `2:2.7.5-2`. Throws a SyntaxError for anything else. `6.1.0-40-amd64`, as Debian 11 and 12 name their kernels, is 6.1.0, not the point
 * release it was built from, which only the package's version tells.
 */
export function parseVersion(text: string): Version {
  const match = /^(?:\d+:)?v?(\d+(?:\.\d+)*)(?:[~-]rc(\d+))?(?:\+|[-+~]\w[\w.+~-]*)?$/u.exec(text);
  const numbers = match?.[1]?.split('.').map(Number);
  if (numbers?.every(Number.isSafeInteger) !== true) throw new SyntaxError(`"${text}" is not a version such as 6.12.118 or 7.3~rc1.`);
  return { numbers, candidate: match?.[2] === undefined ? null : Number(match[2]) };
}

/**
 * Gives a negative number when the first version is older, a positive one when it is newer, 0 when they are the same. A missing number
 * counts as 0; a candidate is older than its release.
 */
export function compareVersions(first: Version, second: Version): number {
  const length = Math.max(first.numbers.length, second.numbers.length);
  for (let index = 0; index < length; index += 1) {
    const difference = (first.numbers[index] ?? 0) - (second.numbers[index] ?? 0);
    if (difference !== 0) return difference;
  }
  if (first.candidate === second.candidate) return 0;
  return (first.candidate ?? Number.POSITIVE_INFINITY) - (second.candidate ?? Number.POSITIVE_INFINITY);
}

/** Parses bounds separated by spaces: `>=5.14`, `<4.14`, `>=6.2 <6.5`. Throws a SyntaxError for anything else. */
export function parseVersionRange(text: string): VersionRange {
  return text.split(' ').map((bound) => {
    const match = /^(>=|>|<=|<|=)(\d.*)$/u.exec(bound);
    if (match?.[2] === undefined) throw new SyntaxError(`"${text}" is not a range of versions such as ">=5.14" or ">=6.2 <6.5".`);
    return { operator: match[1] as VersionBound['operator'], version: parseVersion(match[2]) };
  });
}

/**
 * Tells whether a version is within a range: `satisfies('6.1.170', '>=5.14')`. A candidate counts as older than its release: 7.3~rc1
 * satisfies `<7.3`. Throws a SyntaxError for what is not a version or a range.
 */
export function satisfies(version: string, range: string): boolean {
  const parsed = parseVersion(version);
  return parseVersionRange(range).every((bound) => holds(compareVersions(parsed, bound.version), bound.operator));
}

function holds(order: number, operator: VersionBound['operator']): boolean {
  switch (operator) {
    case '>=':
      return order >= 0;
    case '>':
      return order > 0;
    case '<=':
      return order <= 0;
    case '<':
      return order < 0;
    case '=':
      return order === 0;
  }
}
