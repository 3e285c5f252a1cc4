import { describeCounters } from '../../core/btrfs/device-stats.ts';
import type { MountedArray } from '../../core/plan/array.ts';
import { command } from '../../core/plan/command.ts';
import type { Command } from '../../core/plan/command.ts';
import { lookAt, planResetDeviceStats } from '../../core/plan/repair.ts';
import type { Step } from '../drill.ts';
import { typed } from './plan-line.ts';
import { countersSeen } from './counters.ts';

/**
 * What makes the zeros last: a transaction writes them, and an unmount makes none if nothing else was written. Without this the old
 * counters are back at the next mount (measured, kernel 6.12.118: the scrub's 1049 corruption_errs, after a reset to 0).
 */
function planWriteZeros({ mountPoint }: MountedArray): readonly Command[] {
  return [command('touch', mountPoint), command('sync')];
}

/** Prints the error counters a last time and resets them: what they count from now on is new. */
export const resetStats: Step = {
  name: 'reset-stats',
  title: 'Read the error counters once more, and set them to zero',
  phase: 'repair',
  skippable: true,
  plan: (array) => typed(lookAt(array).deviceStats, planResetDeviceStats(array), ...planWriteZeros(array)),
  run: async (run) => {
    await run.look(lookAt(run.array).deviceStats, (result) => {
      const counters = countersSeen(run, result);
      return counters.length === 0 ? 'They are already zero.' : `What has happened: ${describeCounters(counters)}.`;
    });
    for (const planned of [planResetDeviceStats(run.array), ...planWriteZeros(run.array)]) await run.type(planned);
  },
};
