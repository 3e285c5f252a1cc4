import { parseOneFilesystem } from '../../core/btrfs/filesystem-show.ts';
import { parseReplaceStatus } from '../../core/btrfs/replace-status.ts';
import type { ArrayPlan } from '../../core/plan/array.ts';
import type { Command } from '../../core/plan/command.ts';
import type { ContainerPlan } from '../../core/plan/container.ts';
import { lookAt, planReplace, planReplaceStatus } from '../../core/plan/repair.ts';
import type { GuestProcess } from '../../machine/guest.ts';
import { waitUntil } from '../../machine/wait-until.ts';
import { ask, CommandRefused } from '../../storage/type-command.ts';
import type { Requirement } from '../drill.ts';
import type { DrillRun } from '../drill-run.ts';

/** So slow that the next act falls into the replace, bytes per second. Source: Documentation/ABI/testing/sysfs-fs-btrfs, scrub_speed_max. */
const slowBytesPerSecond = 2 * 1024 ** 2;

/** What a drill needs to act in the middle of a replace. Source: kernel commit eb3b50536642, "btrfs: scrub: per-device bandwidth control". */
export const needsSlowReplace: Requirement = {
  kernel: '>=5.14',
  because: 'a replace cannot be slowed down before scrub_speed_max, and would be over before anything happens to it',
};

/**
 * Gives the commands that limit how fast a replace reads from each member, and start it. The filesystem's UUID, which mkfs draws, appears
 * as `UUID`.
 */
export function planSlowReplace(array: ArrayPlan, sourceDevid: number, target: ContainerPlan): readonly Command[] {
  return [...planReplaceSpeed('UUID', devidsOf(array), slowBytesPerSecond), planReplace(array, sourceDevid, target.mappingGuestDevice)];
}

/** A replace that is slow until the limit is removed, or until the next boot. */
export interface SlowReplace {
  readonly process: GuestProcess;
  /** Removes the limit, so that it finishes. */
  readonly hurry: () => Promise<void>;
}

/** Starts a slow replace, and returns when it is running. Rejects with CommandRefused when it ends before. */
export async function startSlowReplace(run: DrillRun, sourceDevid: number, target: ContainerPlan): Promise<SlowReplace> {
  const { uuid } = await ask(run.ctx, run.guest, lookAt(run.array).filesystemShow, parseOneFilesystem);
  const setSpeed = async (bytesPerSecond: number): Promise<void> => {
    for (const planned of planReplaceSpeed(uuid, devidsOf(run.array), bytesPerSecond)) await run.type(planned);
  };
  await setSpeed(slowBytesPerSecond);
  const process = await run.start(planReplace(run.array, sourceDevid, target.mappingGuestDevice));
  await waitUntil(run.ctx, { waitingFor: 'the replace to be under way', timeoutMs: 60_000, intervalMs: 200 }, async () => {
    const over = await process.poll(run.ctx);
    if (over !== undefined && over.exitCode !== 0) throw new CommandRefused(run.guest.machine, over);
    const status = await ask(run.ctx, run.guest, planReplaceStatus(run.array), parseReplaceStatus);
    return { done: status.state === 'started' && status.progressPermille > 0, lastSeen: status.state };
  });
  return { process, hurry: async () => setSpeed(0) };
}

/** The commands that limit how fast a replace reads, 0 for no limit. For every member: reads for a missing one count as another's. */
function planReplaceSpeed(filesystemUuid: string, devids: readonly number[], bytesPerSecond: number): readonly Command[] {
  return devids.map((devid) => ({
    argv: ['tee', `/sys/fs/btrfs/${filesystemUuid}/devinfo/${String(devid)}/scrub_speed_max`],
    stdin: `${String(bytesPerSecond)}\n`,
  }));
}

function devidsOf(array: ArrayPlan): readonly number[] {
  return array.members.map((_, index) => index + 1);
}
