import { parseVersion } from '../../../core/image/version-range.ts';

/**
 * Gives the Linux version a kernel was built from, for version ranges: `6.1.192`. Debian 11 and 12 name theirs 6.1.0-56-cloud-amd64,
 * which hides the point release; their packages tell it. `release`: as `uname -r` says; `packages`: versions of its packages, by name.
 */
export function upstreamVersionOf(release: string, packages: Readonly<Record<string, string>>): string {
  const own = parseVersion(release);
  const packaged = packages[`linux-image-${release}`];
  if (packaged === undefined) return formatVersion(own);
  const { numbers, candidate } = parseVersion(packaged);
  // The user's own package may be numbered by builds.
  const isSameSeries = numbers[0] === own.numbers[0] && numbers[1] === own.numbers[1];
  return formatVersion(isSameSeries ? { numbers, candidate } : own);
}

function formatVersion({ numbers, candidate }: ReturnType<typeof parseVersion>): string {
  return `${numbers.join('.')}${candidate === null ? '' : `~rc${String(candidate)}`}`;
}
