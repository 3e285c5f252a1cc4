import { setTimeout as delay } from 'node:timers/promises';
import { whenAborted, withDeadline } from './context.ts';
import type { Context } from './context.ts';

/** A named wait. */
export interface WaitOptions {
  /** Completes "Gave up waiting for …". */
  readonly waitingFor: string;
  /** Wall time on a host of usual speed, milliseconds. */
  readonly timeoutMs: number;
  /** Between two looks, milliseconds. For things without an event; use the event if there is one. */
  readonly intervalMs: number;
}

/**
 * Repeats `look` until it says done; rejects with `host/wait-timed-out` and what was seen last. Liveness is the look's own task: one that
 * asks a dead machine rejects, and so does this.
 */
export async function waitUntil(
  ctx: Context,
  options: WaitOptions,
  look: () => Promise<{ readonly done: boolean; readonly lastSeen: string }>,
): Promise<void> {
  let lastSeen = 'nothing';
  using limited = withDeadline(ctx, options.waitingFor, options.timeoutMs, () => lastSeen);
  using aborted = whenAborted(limited.signal);
  for (;;) {
    const seen = await Promise.race([look(), aborted.promise]);
    if (seen.done) return;
    ({ lastSeen } = seen);
    limited.signal.throwIfAborted();
    await delay(options.intervalMs, undefined, { signal: limited.signal }).catch(() => {
      throw limited.signal.reason;
    });
  }
}
