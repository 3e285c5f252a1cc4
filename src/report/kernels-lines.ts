import { formatAge } from '../core/text/age.ts';
import { orderKernels } from '../core/image/available-kernel.ts';
import type { AvailableKernel, IncompleteKernel } from '../core/image/available-kernel.ts';
import { formatSize } from '../core/text/size.ts';
import { blank, line, span } from './text/line.ts';
import type { Line } from './text/line.ts';

/** A kernel in the cache as `raidlab kernels ls --json` lists it. */
export interface KernelListing {
  /** Its name for `--kernel`: `trixie`, `6.12`, `/srv/linux`. */
  readonly kernel: string;
  /** As `uname -r` says. */
  readonly version: string;
  /** The Linux version it was built from. */
  readonly upstreamVersion: string;
  /** Where it came from. */
  readonly description: string;
  /** Its size on disk. */
  readonly sizeBytes: number;
  /** ISO 8601, UTC. */
  readonly madeAt: string;
  /** ISO 8601, UTC. */
  readonly lastUsedAt: string;
  /** Its name in `raidlab cache ls`. */
  readonly entry: string;
}

/** A suite that kernels and tools can come from. */
export interface SuiteListing {
  readonly suite: string;
  /** The person's mirror for it; null: the one for all suites, or of this host's apt. */
  readonly mirror: string | null;
}

/** What `raidlab kernels ls` lists. */
export interface KernelsListing {
  /** In the cache. */
  readonly kernels: readonly KernelListing[];
  readonly suites: readonly SuiteListing[];
  /** What the suites offer; only when requested. */
  readonly available?: readonly AvailableKernel[];
  /** Unavailable kernels that a suite names. */
  readonly incomplete?: readonly IncompleteKernel[];
  /** Suites whose package lists could not be read, and apt's message. */
  readonly unread?: { readonly suites: readonly string[]; readonly said: string };
}

/** Gives the kernels for people. */
export function kernelsLines({ kernels, suites, available, incomplete = [], unread }: KernelsListing, nowMs: number): readonly Line[] {
  const latestFirst = kernels.toSorted((one, other) => (one.lastUsedAt < other.lastUsedAt ? 1 : -1));
  return [
    line(0, [span('In the cache', 'strong')]),
    ...latestFirst.flatMap((kernel) => cachedLines(kernel, nowMs)),
    ...(kernels.length === 0 ? [line(2, 'none: a kernel is fetched at its first use, or by raidlab kernels add')] : []),
    blank,
    line(0, [span('Suites', 'strong')]),
    ...suites.flatMap((suite) => suiteLines(suite, available)),
    ...(incomplete.length === 0 ? [] : [blank, ...incompleteLines(incomplete)]),
    ...(unread === undefined
      ? []
      : [blank, line(0, [span(`Could not be read: ${unread.suites.join(', ')}`, 'bad')]), line(2, unread.said)]),
  ];
}

function cachedLines(
  { kernel, version, upstreamVersion, description, sizeBytes, lastUsedAt }: KernelListing,
  nowMs: number,
): readonly Line[] {
  const ageMs = nowMs - Date.parse(lastUsedAt);
  const used = ageMs < 60_000 ? 'just now' : `${formatAge(ageMs)} ago`;
  return [
    line(2, [span(kernel, 'strong'), span(`  Linux ${upstreamVersion}`)], 4),
    line(4, [span(`${version}, ${formatSize(sizeBytes)}, last used ${used}`, 'quiet')], 6),
    ...(description.includes(version) && description.startsWith(kernel) ? [] : [line(4, [span(description, 'quiet')], 6)]),
  ];
}

/** Each is named by its version; what it lacks is the same for most. */
function incompleteLines(incomplete: readonly IncompleteKernel[]): readonly Line[] {
  const lacks = new Map<string, string[]>();
  for (const { suite, version, missing } of orderKernels(incomplete).toReversed()) {
    const parts = missing.map((name) => /^linux-[a-z]+/u.exec(name)?.[0] ?? name).join(' and ');
    const words = `${suite}, without ${parts}`;
    lacks.set(words, [...(lacks.get(words) ?? []), version.replace(/-[^-]*$/u, '')]);
  }
  return [
    line(0, [span('Listed by a suite, but not available: packages with their files are missing', 'doubtful')]),
    ...[...lacks].flatMap(([words, versions]) => [line(2, words), line(4, [span([...new Set(versions)].join(', '), 'quiet')])]),
  ];
}

/** If a suite's kernels are known: its versions, newest first, once each. */
function suiteLines({ suite, mirror }: SuiteListing, available: readonly AvailableKernel[] | undefined): readonly Line[] {
  const from = mirror === null ? '' : `  from ${mirror}`;
  if (available === undefined) return [line(2, [span(suite), span(from, 'quiet')])];
  const mine = orderKernels(available.filter((kernel) => kernel.suite === suite)).toReversed();
  const versions = [...new Set(mine.map(({ version }) => version.replace(/-[^-]*$/u, '')))];
  return [
    line(2, [span(suite, 'strong'), span(from, 'quiet')]),
    line(4, versions.length === 0 ? [span('no kernel', 'quiet')] : versions.join(', ')),
  ];
}
