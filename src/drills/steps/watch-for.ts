import { performance } from 'node:perf_hooks';
import { formatTimeLimit, lengthOfLimit } from '../../core/text/time-limit.ts';
import type { TimeLimit } from '../../core/text/time-limit.ts';
import type { Context } from '../../machine/context.ts';
import { waitUntil } from '../../machine/wait-until.ts';

/** Something that should come to pass by itself, within a time. */
export interface WatchOptions {
  /** Completes "Gave up waiting for …". */
  readonly waitingFor: string;
  /** Wall time on a host of usual speed, milliseconds. */
  readonly withinMs: number;
}

/** One look at what is watched for: whether it has come to pass, and what was seen, for people. */
export interface Look {
  readonly done: boolean;
  readonly lastSeen: string;
}

/** What a watch saw. */
export interface Watched<Seen extends Look> {
  /** Whether it came to pass in time, on a host of this speed. */
  readonly happened: boolean;
  /** Says as evidence what counts as in time on this host, where that is more than on a usual one; otherwise nothing. */
  readonly stretched: readonly string[];
  /** When the last look ended, milliseconds since `sinceMs`. */
  readonly afterMs: number;
  /** The last look. */
  readonly last: Seen;
}

/** Between two looks, milliseconds: each costs the guest tens of milliseconds under emulation. */
const intervalMs = 250;

/** What a single look may take at the most, milliseconds; one that takes longer is machine trouble. */
const lookTimeoutMs = 120_000;

/**
 * Watches for something whose absence is a finding: gives what was seen last when it came to pass, and when the time is up.
 * `sinceMs` is the moment from which the time counts, as `performance.now()` gives it.
 */
export async function watchFor<Seen extends Look>(
  ctx: Context,
  { waitingFor, withinMs }: WatchOptions,
  sinceMs: number,
  look: () => Promise<Seen>,
): Promise<Watched<Seen>> {
  let watched: Watched<Seen> | undefined;
  await waitUntil(ctx, { waitingFor, timeoutMs: withinMs + lookTimeoutMs, intervalMs }, async () => {
    const limit: TimeLimit = { usualMs: withinMs, factor: ctx.timeFactor.value() };
    const allowedMs = lengthOfLimit(limit);
    const last = await look();
    const afterMs = performance.now() - sinceMs;
    watched = { happened: last.done && afterMs <= allowedMs, afterMs, last, stretched: describeStretch(limit) };
    return { done: last.done || afterMs > allowedMs, lastSeen: last.lastSeen };
  });
  if (watched === undefined) throw new Error(`a watch for ${waitingFor} ended before its first look`);
  return watched;
}

/** What a procedure promises does not become longer in silence. */
function describeStretch(limit: TimeLimit): readonly string[] {
  const usual = { ...limit, factor: 1 };
  return limit.factor === 1 ? [] : [`this host is slow: here ${formatTimeLimit(limit)} count as ${formatTimeLimit(usual)}`];
}
