import { describeCounters } from '../../core/btrfs/device-stats.ts';
import { isMissing, parseFilesystemShow } from '../../core/btrfs/filesystem-show.ts';
import { planMappingStatus } from '../../core/plan/container.ts';
import type { ContainerPlan } from '../../core/plan/container.ts';
import { lookAt } from '../../core/plan/repair.ts';
import { readOutput } from '../../storage/type-command.ts';
import type { Step } from '../drill.ts';
import type { DrillRun } from '../drill-run.ts';
import { lostMemberOf } from './disks-of.ts';
import { recordsAtWork } from './live-writer.ts';
import { act, typed } from './plan-line.ts';
import { restart } from './restart-step.ts';
import { countersSeen } from './counters.ts';

/** The records it must have once the disk is gone: enough for btrfs to have met the dead disk. */
export const recordsWithoutDisk = 15;

/** The devid of the lost member in drills that always lose the first. */
export const lostDevid = 1;

/** Pulls the lost member's disk from the running machine while the live writer writes. */
export const pullDisk: Step = {
  name: 'pull-disk',
  title: 'Pull a disk out of the running machine',
  phase: 'fault',
  skippable: false,
  plan: (array) => {
    const lost = lostMemberOf(array);
    const { filesystemShow, deviceStats } = lookAt(array);
    return [act(`pull ${lost.serial} while the live writer writes`), ...typed(filesystemShow, planMappingStatus(lost), deviceStats)];
  },
  run: async (run) => {
    const lost = lostMemberOf(run.array);
    await run.waitForJournal(recordsAtWork);
    await run.pullDisk(lost.serial);
    await run.waitForJournal(recordsWithoutDisk);
    await lookAtPulledDisk(run, lost);
  },
};

/** What an administrator would look at, and what each look is worth. */
export async function lookAtPulledDisk(run: DrillRun, lost: ContainerPlan): Promise<void> {
  const { filesystemShow, deviceStats } = lookAt(run.array);
  await run.look(filesystemShow, (result) => {
    const shown = readOutput(run.guest, result, parseFilesystemShow);
    return shown.some(isMissing)
      ? 'It lists the missing device.'
      : `It does not know that ${lost.serial} is gone: the mapping above the dead disk is still there.`;
  });
  await run.look(planMappingStatus(lost), (result) =>
    result.exitCode === 0 ? 'dm-crypt keeps the mapping of a disk that no longer exists.' : 'The mapping is gone.',
  );
  await run.look(deviceStats, (result) => {
    const counters = countersSeen(run, result);
    return counters.length === 0
      ? 'Even the error counters say nothing.'
      : `Only here does it show: ${describeCounters(counters)}. Watch these counters.`;
  });
}

/** Restarts the machine; the pulled disk stays out. */
export const restartWithoutDisk: Step = {
  ...restart,
  title: 'Restart without the disk',
  plan: () => [act('clean shutdown; power on again, the disk stays out')],
};

/** Removes the lost member's disk from a machine switched off for it: nothing is written without the disk until somebody decides to. */
export const takeDiskOut: Step = {
  name: 'take-disk-out',
  title: 'Switch off, and lose a disk',
  phase: 'fault',
  skippable: false,
  plan: (array) => [act(`clean shutdown; ${lostMemberOf(array).serial} is dead; power on again`)],
  run: async (run) => {
    await run.shutdown();
    await run.pullDisk(lostMemberOf(run.array).serial);
    await run.boot();
  },
};
