import { nonZeroCounters, parseDeviceStats } from '../../core/btrfs/device-stats.ts';
import { lookAt, planResetDeviceStats } from '../../core/plan/repair.ts';
import { readOutput } from '../../storage/type-command.ts';
import type { Step } from '../drill.ts';
import { typed } from './plan-line.ts';

/** Reads the error counters a last time and sets them to zero: what they count from now on is new. */
export const resetStats: Step = {
  name: 'reset-stats',
  title: 'Read the error counters a last time, and set them to zero',
  phase: 'repair',
  skippable: true,
  plan: () => typed(lookAt.deviceStats, planResetDeviceStats()),
  run: async (run) => {
    await run.look(lookAt.deviceStats, (result) => {
      const counters = nonZeroCounters(readOutput(run.guest, result, (text) => parseDeviceStats(text, run.members.length)));
      return counters.length === 0
        ? 'They are zero already.'
        : `What has happened: ${counters.map(({ device, counter, value }) => `${device} ${counter} ${String(value)}`).join(', ')}.`;
    });
    await run.type(planResetDeviceStats());
  },
};
