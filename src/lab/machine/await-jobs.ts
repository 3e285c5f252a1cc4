import { performance } from 'node:perf_hooks';
import { parseListJobs, planListJobs } from '../../core/systemd/list-jobs.ts';
import { lengthOfLimit } from '../../core/text/time-limit.ts';
import type { Context } from '../../machine/context.ts';
import type { Machine } from '../../machine/machine.ts';
import { waitUntil } from '../../machine/wait-until.ts';
import { readOutput, tryCommand } from '../../storage/type-command.ts';

/** How long a person is kept waiting behind the login while nothing changes, milliseconds: a missing disk is waited for 90 s. */
const stillMs = 20_000;
const wait = { waitingFor: 'systemd’s last job', timeoutMs: 900_000, intervalMs: 1000 } as const;

/**
 * Waits for what systemd still does behind the login, as long as it gets on: with `nofail` the login does not wait for the array. Gives
 * the units that it still waits for then; none when it is done. Rejects with `host/wait-timed-out` when it gets on for 15 minutes.
 */
export async function awaitJobs(ctx: Context, { guest }: Pick<Machine, 'guest'>, usualMs = stillMs): Promise<readonly string[]> {
  let last = '';
  let sinceMs = performance.now();
  let units: readonly string[] = [];
  await waitUntil(ctx, wait, async () => {
    const result = await tryCommand(ctx, guest, planListJobs);
    // A person may have made of it what they like.
    const jobs = result.exitCode === 0 ? readOutput(guest, result, parseListJobs) : [];
    const running = jobs.filter(({ state }) => state === 'running');
    units = (running.length === 0 ? jobs : running).map(({ unit }) => unit);
    const now = jobs.map(({ job, state }) => `${String(job)} ${state}`).join(', ');
    if (now !== last) sinceMs = performance.now();
    last = now;
    const isStill = performance.now() - sinceMs > lengthOfLimit({ usualMs, factor: ctx.timeFactor.value() });
    return { done: jobs.length === 0 || isStill, lastSeen: units.join(', ') };
  });
  return units;
}
