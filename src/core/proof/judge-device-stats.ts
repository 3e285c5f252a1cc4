import { nonZeroCounters } from '../btrfs/device-stats.ts';
import type { DeviceStats } from '../btrfs/device-stats.ts';
import type { Check } from '../verdict/verdict.ts';

/** Judges whether every error counter of every member is zero. */
export function judgeDeviceStats(stats: readonly DeviceStats[]): Check {
  const counters = nonZeroCounters(stats);
  return {
    name: 'device-stats',
    claim: 'Every error counter of every member is zero',
    outcome: counters.length === 0 ? 'held' : 'broken',
    evidence:
      counters.length === 0
        ? [`${String(stats.length)} members, all counters zero`]
        : counters.map(({ device, counter, value }) => `${device}: ${counter} ${String(value)}`),
  };
}
