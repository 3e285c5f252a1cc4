import { nonZeroCounters, parseDeviceStats } from '../../core/btrfs/device-stats.ts';
import type { CommandResult } from '../../machine/guest.ts';
import { readOutput } from '../../storage/type-command.ts';
import type { DrillRun } from '../drill-run.ts';

/** Gives the nonzero error counters of a drill's members, from the output of `btrfs device stats`. */
export function countersSeen(run: DrillRun, result: CommandResult): ReturnType<typeof nonZeroCounters> {
  return nonZeroCounters(readOutput(run.guest, result, (text) => parseDeviceStats(text, run.members.length)));
}
