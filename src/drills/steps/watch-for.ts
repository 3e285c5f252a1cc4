import { performance } from 'node:perf_hooks';
import { formatTimeLimit, lengthOfLimit } from '../../core/text/time-limit.ts';
import type { TimeLimit } from '../../core/text/time-limit.ts';
import type { Context } from '../../machine/context.ts';
import { waitUntil } from '../../machine/wait-until.ts';

/** Something that should happen by itself, within a time. */
export interface WatchOptions {
  /** Completes "Gave up waiting for …". */
  readonly waitingFor: string;
  /** Wall time on a host of usual speed, milliseconds. */
  readonly withinMs: number;
  /** Between two looks, milliseconds; by default 250: each costs the guest tens of milliseconds under emulation. */
  readonly intervalMs?: number;
}

/** The result of one look: whether it has happened, and what was seen, for people. */
export interface Look {
  readonly done: boolean;
  readonly lastSeen: string;
}

/** The result of a watch. */
export interface Watched<Seen extends Look> {
  /** Whether it happened in time, on a host of this speed. */
  readonly happened: boolean;
  /** Says as evidence what counts as in time on this host, if that is more than usual; otherwise nothing. */
  readonly stretched: readonly string[];
  /** When the last look ended, milliseconds since `sinceMs`. */
  readonly afterMs: number;
  /** The last look. */
  readonly last: Seen;
}

/** The longest a single look may take, milliseconds; longer is machine trouble. */
const lookTimeoutMs = 120_000;

/**
 * Watches for something whose absence is a finding: gives what was seen last when it happened or the time is up. The time counts from
 * `sinceMs`, as `performance.now()` gives it.
 */
export async function watchFor<Seen extends Look>(
  ctx: Context,
  { waitingFor, withinMs, intervalMs = 250 }: WatchOptions,
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

/** A procedure's promise is never extended silently. */
function describeStretch(limit: TimeLimit): readonly string[] {
  const usual = { ...limit, factor: 1 };
  return limit.factor === 1 ? [] : [`this host is slow: here ${formatTimeLimit(limit)} count as ${formatTimeLimit(usual)}`];
}
