import { performance } from 'node:perf_hooks';
import type { Command } from '../../../core/plan/command.ts';
import type { PlanLine } from '../../../core/plan/drill-plan.ts';
import { judgeLogin } from '../../../core/proof/judge-boot.ts';
import { parseListJobs, planListJobs } from '../../../core/systemd/list-jobs.ts';
import { parseListUnits, planListFailedUnits } from '../../../core/systemd/list-units.ts';
import { powerOnInstalled } from '../../../machine/start/start-installed.ts';
import type { BootingMachine, InstalledOptions } from '../../../machine/start/start-installed.ts';
import type { MachineSpec } from '../../../machine/machine.ts';
import { readOutput, tryCommand } from '../../../storage/type-command.ts';
import type { Step } from '../../drill.ts';
import type { DrillRun } from '../../drill-run.ts';
import { lostMemberOf } from '../disks-of.ts';
import { act, typed } from '../plan-line.ts';
import { watchFor } from '../watch-for.ts';
import type { Look, Watched } from '../watch-for.ts';

/** How a machine is powered on, where that is not as ever. */
interface PowerOnOptions extends InstalledOptions {
  /** What is different about it. */
  readonly changes?: Partial<MachineSpec>;
}

/** Powers a machine with an installed system on, and gives it while it boots. */
export async function powerOn(run: DrillRun, { changes, ...options }: PowerOnOptions = {}): Promise<BootingMachine> {
  return run.bootBy(async (ctx, spec) => powerOnInstalled(ctx, { ...spec, ...changes }, options));
}

/** What one asks systemd after a boot. */
export const bootQuestions: readonly Command[] = [planListFailedUnits, planListJobs];

/** Judges whether a boot reaches the login, and asks systemd what failed, and what it still waits for. */
export async function judgeBoot(run: DrillRun, { boot }: Pick<BootingMachine, 'boot'>): Promise<void> {
  run.judge(judgeLogin(await boot));
  await run.look(planListFailedUnits, (result) => {
    const failed = readOutput(run.guest, result, parseListUnits);
    return failed.length === 0
      ? 'Nothing counts as failed: a unit whose device does not come is not even started.'
      : `These have failed: ${failed.map(({ unit }) => unit).join(', ')}.`;
  });
  await lookAtJobs(run);
}

/** Asks systemd what it still waits for. */
export async function lookAtJobs(run: DrillRun): Promise<void> {
  await run.look(planListJobs, (result) => {
    const jobs = readOutput(run.guest, result, parseListJobs);
    return jobs.length === 0
      ? 'systemd waits for nothing more.'
      : `systemd still waits, also behind the login: ${jobs.map(({ unit }) => unit).join(', ')}.`;
  });
}

/** Boots without the first member. */
export const bootWithoutMember: Step = {
  name: 'boot-without-disk',
  title: 'Switch off, lose a disk, and watch the boot',
  phase: 'fault',
  skippable: false,
  plan: (array) => [
    act(`clean shutdown; ${lostMemberOf(array).serial} is dead; power on, and watch the console`),
    ...typed(...bootQuestions),
  ],
  run: async (run) => {
    await run.shutdown();
    await run.pullDisk(lostMemberOf(run.array).serial);
    await judgeBoot(run, await powerOn(run));
  },
};

/** systemd gives a device 90 s, and begins with that during the boot. Source: systemd-system.conf(5), DefaultDeviceTimeoutSec. */
const jobsWithinMs = 150_000;

/** The line of a plan for {@link waitForLastJob}. */
export const waitForLastJobLine: PlanLine = act('wait until systemd has no job left');

/** Waits until systemd has no job left: it waits for nothing more, and nothing more happens by itself. */
export async function waitForLastJob({ ctx, guest }: Pick<DrillRun, 'ctx' | 'guest'>): Promise<Watched<Look>> {
  return watchFor(ctx, { waitingFor: 'systemd’s last job', withinMs: jobsWithinMs, intervalMs: 2000 }, performance.now(), async () => {
    const jobs = readOutput(guest, await tryCommand(ctx, guest, planListJobs), parseListJobs);
    return { done: jobs.length === 0, lastSeen: jobs.map(({ unit }) => unit).join(', ') };
  });
}
