import { performance } from 'node:perf_hooks';
import type { Context } from '../../machine/context.ts';
import { waitUntil } from '../../machine/wait-until.ts';

/** Something that should come to pass by itself, within a time. */
export interface WatchOptions {
  /** Completes "Gave up waiting for …". */
  readonly waitingFor: string;
  /** Wall time, milliseconds. */
  readonly withinMs: number;
}

/** What a watch saw. */
export interface Watched {
  /** Whether it came to pass in time. */
  readonly happened: boolean;
  /** When the last look ended, milliseconds since `sinceMs`. */
  readonly afterMs: number;
  readonly lastSeen: string;
}

/** Between two looks, milliseconds: each costs the guest tens of milliseconds under emulation. */
const intervalMs = 250;

/** What a single look may take at the most, milliseconds; one that takes longer is machine trouble. */
const lookTimeoutMs = 120_000;

/**
 * Watches for something whose absence is a finding: gives what was seen last when it came to pass, and when the time is up.
 * `sinceMs` is the moment from which the time counts, as `performance.now()` gives it.
 */
export async function watchFor(
  ctx: Context,
  { waitingFor, withinMs }: WatchOptions,
  sinceMs: number,
  look: () => Promise<{ readonly done: boolean; readonly lastSeen: string }>,
): Promise<Watched> {
  let watched: Watched = { happened: false, afterMs: 0, lastSeen: 'nothing' };
  await waitUntil(ctx, { waitingFor, timeoutMs: withinMs + lookTimeoutMs, intervalMs }, async () => {
    const { done, lastSeen } = await look();
    const afterMs = performance.now() - sinceMs;
    watched = { happened: done && afterMs <= withinMs, afterMs, lastSeen };
    return { done: done || afterMs > withinMs, lastSeen };
  });
  return watched;
}
