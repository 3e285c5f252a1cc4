import { performance } from 'node:perf_hooks';
import { setTimeout as delay } from 'node:timers/promises';
import { parseListJobs, planListJobs } from '../../core/systemd/list-jobs.ts';
import { lengthOfLimit } from '../../core/text/time-limit.ts';
import type { Context } from '../../machine/context.ts';
import type { Machine } from '../../machine/machine.ts';
import { readOutput, tryCommand } from '../../storage/type-command.ts';

/** How long a person is kept waiting behind the login while nothing changes, milliseconds: a missing disk is waited for 90 s. */
const usualMs = 20_000;
const lookMs = 1000;

/**
 * Waits for what systemd still does behind the login, as long as it gets on: with `nofail` the login does not wait for the array. Says
 * what it waits for when it does not.
 */
export async function awaitJobs(ctx: Context, { guest }: Pick<Machine, 'guest'>): Promise<void> {
  let last = '';
  let sinceMs = performance.now();
  for (;;) {
    const result = await tryCommand(ctx, guest, planListJobs);
    // A person may have made of it what they like.
    const jobs = result.exitCode === 0 ? readOutput(guest, result, parseListJobs) : [];
    if (jobs.length === 0) return;
    const now = jobs.map(({ job, state }) => `${String(job)} ${state}`).join(', ');
    if (now !== last) sinceMs = performance.now();
    else if (performance.now() - sinceMs > lengthOfLimit({ usualMs, factor: ctx.timeFactor.value() })) {
      const running = jobs.filter(({ state }) => state === 'running');
      const names = (running.length === 0 ? jobs : running).map(({ unit }) => unit).join(', ');
      ctx.emit({ type: 'remark-made', text: `systemd is not done: it still waits for ${names}.` });
      return;
    }
    last = now;
    await delay(lookMs, undefined, { signal: ctx.signal }).catch(() => {
      throw ctx.signal.reason;
    });
  }
}
