import { setTimeout as delay } from 'node:timers/promises';
import { parseReplaceStatus } from '../../core/btrfs/replace-status.ts';
import type { ContainerPlan } from '../../core/plan/container.ts';
import { planReplace, planReplaceStatus } from '../../core/plan/repair.ts';
import type { ReplaceOptions } from '../../core/plan/repair.ts';
import type { GuestProcess } from '../../machine/guest.ts';
import { ask, CommandRefused } from '../../storage/type-command.ts';
import type { DrillRun } from '../drill-run.ts';

/** Between two looks at a running replace, milliseconds: each costs the guest tens of milliseconds under emulation. */
const statusIntervalMs = 1000;

/** A replace moves every byte of the array once, which takes minutes under emulation, so the limit is generous. Milliseconds. */
const replaceTimeoutMs = 20 * 60 * 1000;

/**
 * Types `btrfs replace start` and shows its progress until it ends; throws CommandRefused unless it exits 0.
 *
 * The command is never timed out or killed while it works: since kernel 6.19 a signal cancels a replace.
 */
export async function typeReplace(run: DrillRun, devid: number, target: ContainerPlan, options: ReplaceOptions = {}): Promise<void> {
  await finishReplace(run, await run.start(planReplace(run.array, devid, target.mappingGuestDevice, options)), devid, target);
}

/** Shows the progress of a started replace until it ends; throws CommandRefused unless it exits 0. */
export async function finishReplace(run: DrillRun, replace: GuestProcess, devid: number, target: ContainerPlan): Promise<void> {
  const ended = replace.wait(run.ctx, replaceTimeoutMs);
  const over = ended.then(() => true);
  const interval = new AbortController();
  try {
    while (!(await Promise.race([over, delay(statusIntervalMs, false, { signal: interval.signal })]))) await showProgress(run);
  } finally {
    interval.abort();
  }
  const result = await ended;
  if (result.exitCode !== 0) throw new CommandRefused(run.guest.machine, result);
  run.replaceMember(devid, target);
}

async function showProgress(run: DrillRun): Promise<void> {
  const status = await ask(run.ctx, run.guest, planReplaceStatus(run.array), parseReplaceStatus);
  if (status.state !== 'started') return;
  run.ctx.emit({
    type: 'progress-made',
    what: 'btrfs replace',
    fraction: status.progressPermille / 1000,
    detail: `${String(status.writeErrors)} write errors, ${String(status.uncorrectableReadErrors)} uncorrectable read errors`,
  });
}
