import { formatAge } from '../core/text/age.ts';
import type { EventBody } from '../core/event.ts';
import { formatSize } from '../core/text/size.ts';
import { blank, line, span } from './text/line.ts';
import type { Line, Span } from './text/line.ts';

/** A user of a cache entry. */
export interface CacheUser {
  /** Null when it is unknown. */
  readonly pid: number | null;
  readonly hostName: string | null;
}

/** A cache entry as `raidlab cache ls --json` lists it. */
export interface CacheListing {
  readonly name: string;
  /** What it is: `kernel of trixie`. Null, like other facts of its record, when the record cannot be read; such an entry is rebuilt. */
  readonly artefact: string | null;
  /** Its origin and content. */
  readonly description: string | null;
  /** Its size on disk. */
  readonly sizeBytes: number;
  /** ISO 8601, UTC. */
  readonly madeAt: string | null;
  /** ISO 8601, UTC. */
  readonly lastUsedAt: string;
  readonly inUseBy: readonly CacheUser[];
}

/** What `raidlab cache ls --json` says about the whole cache, besides its entries. */
export interface CacheSummary {
  readonly directory: string;
  readonly usedBytes: number;
  readonly maxBytes: number;
  /** How long an entry may be unused, milliseconds. */
  readonly maxAgeMs: number;
  /** This host's. */
  readonly hostName: string;
}

/** The minimal number of digits shown of a digest: enough for a name to stay short and unique while the cache changes. */
const shortestDigits = 8;

/** Gives the shortest unique beginning of an entry's name, for a person to type. */
export function shortName(name: string, all: readonly string[]): string {
  for (let length = name.indexOf('-') + 1 + shortestDigits; length < name.length; length += 1) {
    const short = name.slice(0, length);
    if (all.every((other) => other === name || !other.startsWith(short))) return short;
  }
  return name;
}

/** Gives the cache for people, most recently used first: the end of the list is evicted first. */
export function cacheLines(summary: CacheSummary, listing: readonly CacheListing[], nowMs: number): readonly Line[] {
  const names = listing.map((entry) => entry.name);
  const total = `${formatSize(summary.usedBytes)} of at most ${formatSize(summary.maxBytes)}`;
  const count = listing.length === 1 ? '1 entry' : `${String(listing.length)} entries`;
  const latestFirst = listing.toSorted((one, other) => (one.lastUsedAt < other.lastUsedAt ? 1 : -1));
  return [
    ...latestFirst.flatMap((entry) => [
      line(0, [span(shortName(entry.name, names), 'strong'), span(`  ${entry.artefact ?? 'damaged: rebuilt when needed'}`)], 2),
      line(2, [span(formatSize(entry.sizeBytes)), span(`, ${describeTimes(entry, nowMs)}`, 'quiet'), ...inUse(entry, summary.hostName)], 4),
      ...(entry.description === null ? [] : [line(2, [span(entry.description, 'quiet')], 4)]),
    ]),
    ...(listing.length === 0 ? [] : [blank]),
    line(0, `${summary.directory}: ${listing.length === 0 ? 'nothing in it yet' : `${count}, ${total}`}`),
  ];
}

function describeTimes({ madeAt, lastUsedAt }: CacheListing, nowMs: number): string {
  const made = madeAt === null ? '' : `made ${ago(madeAt, nowMs)}, `;
  return `${made}last used ${ago(lastUsedAt, nowMs)}`;
}

function ago(at: string, nowMs: number): string {
  const ageMs = nowMs - Date.parse(at);
  return ageMs < 60_000 ? 'just now' : `${formatAge(ageMs)} ago`;
}

function inUse({ inUseBy }: CacheListing, hostName: string): readonly Span[] {
  return inUseBy.length === 0 ? [] : [span(`, in use by ${inUseBy.map((user) => describeUser(user, hostName)).join(', ')}`, 'good')];
}

/** Formats a user: `process 4711`, or `process 12 on nas.example` for another host. */
export function describeUser(user: CacheUser, hostName: string): string {
  if (user.pid === null) return 'an unknown process';
  const elsewhere = user.hostName !== null && user.hostName !== hostName ? ` on ${user.hostName}` : '';
  return `process ${String(user.pid)}${elsewhere}`;
}

/** Gives what happened to the cache while it was pruned. */
export function cacheEventLines(event: EventBody): readonly Line[] {
  switch (event.type) {
    case 'cache-entry-evicted':
      return [line(0, [span(`Removed ${event.artefact}, ${formatSize(event.sizeBytes)}`), span(`: ${event.why}`, 'quiet')], 2)];
    case 'leftover-removed':
      return [line(0, [span(`Removed what an earlier run left: ${event.what}`), span(` (${event.hostPath})`, 'quiet')], 2)];
    default:
      return [];
  }
}
