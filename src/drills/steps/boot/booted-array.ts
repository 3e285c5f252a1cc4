import { parseOneFilesystem } from '../../../core/btrfs/filesystem-show.ts';
import type { ShownDevice, ShownFilesystem } from '../../../core/btrfs/filesystem-show.ts';
import { parseFilesystemUsage } from '../../../core/btrfs/filesystem-usage.ts';
import type { ArrayPlan } from '../../../core/plan/array.ts';
import { command } from '../../../core/plan/command.ts';
import type { Command } from '../../../core/plan/command.ts';
import { memberDeviceOf } from '../../../core/plan/container.ts';
import type { PlanLine } from '../../../core/plan/drill-plan.ts';
import { lookAt } from '../../../core/plan/repair.ts';
import { judgeFiles } from '../../../core/proof/judge-files.ts';
import { judgeMembers } from '../../../core/proof/judge-members.ts';
import { judgeMount } from '../../../core/proof/judge-mount.ts';
import { judgeProfiles } from '../../../core/proof/judge-profiles.ts';
import { describeLostRace } from '../../../storage/lost-race.ts';
import { ask } from '../../../storage/type-command.ts';
import { verifyFiles } from '../../../storage/verify-files.ts';
import type { Step } from '../../drill.ts';
import type { DrillRun } from '../../drill-run.ts';
import { readMounted } from '../../proof/examine-array.ts';
import { survivorOf } from '../disks-of.ts';
import { act, typed } from '../plan-line.ts';
import { bootQuestions, judgeBoot, powerOn, waitForLastJob, waitForLastJobLine } from './boot-steps.ts';

/** Gives the lines of a plan in which {@link judgeBootedArray} looks at the array, and uses it. */
export const bootedArrayLines = (array: ArrayPlan, use: readonly Command[] = []): readonly PlanLine[] => [
  ...typed(lookAt(array).mountPoint, ...use),
  act(
    'where it is mounted: see its members, see that every chunk has its profile, and compare every file with the manifest that the host wrote',
  ),
];

/** What happens to the machine between two boots. */
export interface WhileOff {
  /** Told between `clean shutdown` and `power on`. */
  readonly says?: (array: ArrayPlan) => string;
  readonly does?: (run: DrillRun) => Promise<void>;
}

/** Gives the step that restarts the machine, and judges the boot, and the array as it leaves it. */
export function bootArray(named: Pick<Step, 'name' | 'title' | 'phase'>, { says, does }: WhileOff = {}): Step {
  return {
    ...named,
    skippable: false,
    plan: (array) => [
      act(['clean shutdown', ...(says === undefined ? [] : [says(array)]), 'power on, and watch the console'].join('; ')),
      ...typed(...bootQuestions),
      waitForLastJobLine,
      ...bootedArrayLines(array),
    ],
    run: async (run) => {
      await run.shutdown();
      await does?.(run);
      await judgeBoot(run, await powerOn(run));
      await judgeBootedArray(run);
    },
  };
}

/**
 * Judges the array as a boot has left it, when nothing more happens by itself: it is mounted, has its members and profiles, and every
 * file. Where it is mounted, it is used first.
 */
export async function judgeBootedArray(run: DrillRun, use: () => Promise<void> = () => Promise.resolve()): Promise<void> {
  const { ctx, array } = run;
  await waitForLastJob(run);
  const seen = await run.look(lookAt(array).mountPoint, (result) =>
    readMounted(run.guest, result) === null ? 'The array is not mounted.' : 'The array is mounted.',
  );
  const mount = judgeMount(readMounted(run.guest, seen), array.mountPoint);
  const isThere = mount.outcome === 'held';
  run.judge(isThere ? mount : { ...mount, evidence: [...mount.evidence, ...(await describeLostRace(ctx, run.guest, array))] });
  if (!isThere) return;
  await use();
  const expected = run.members.map(({ devid, container }) => ({ devid, guestDevice: memberDeviceOf(array.layout, container) }));
  run.judge(judgeMembers(await showMembers(run), expected));
  run.judge(judgeProfiles(await ask(ctx, run.guest, lookAt(array).filesystemUsage, parseFilesystemUsage), array.layout));
  await judgeFilesOnArray(run);
}

/** Shows the mounted array with the names that the plan has for its devices: udev may not have told btrfs of its links yet. */
async function showMembers({ ctx, guest, array }: DrillRun): Promise<ShownFilesystem> {
  const shown = await ask(ctx, guest, lookAt(array).filesystemShow, parseOneFilesystem);
  const kernelName = async (guestDevice: string): Promise<string> =>
    (await ask(ctx, guest, command('readlink', '--canonicalize', guestDevice), String)).trim();
  const names = new Map<string, string>();
  for (const container of [...array.members, ...array.spares]) {
    const named = memberDeviceOf(array.layout, container);
    names.set(await kernelName(named), named);
  }
  const devices: ShownDevice[] = [];
  for (const device of shown.devices) {
    const { guestDevice } = device;
    devices.push({ ...device, guestDevice: guestDevice === null ? null : (names.get(await kernelName(guestDevice)) ?? guestDevice) });
  }
  return { ...shown, devices };
}

/** Judges the files of the mounted array. */
export async function judgeFilesOnArray(run: DrillRun): Promise<void> {
  const { ctx, guest, array, promised } = run;
  run.judge(judgeFiles(await verifyFiles(ctx, guest, promised, memberDeviceOf(array.layout, survivorOf(array)))));
}
