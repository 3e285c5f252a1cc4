import { parseBlockStat } from '../../core/kernel/block-stat.ts';
import type { BlockStat } from '../../core/kernel/block-stat.ts';
import type { ArrayPlan } from '../../core/plan/array.ts';
import { command } from '../../core/plan/command.ts';
import type { Command } from '../../core/plan/command.ts';
import { planAddToCrypttab, planCloseContainer, planRemoveFromCrypttab } from '../../core/plan/container.ts';
import type { ContainerPlan } from '../../core/plan/container.ts';
import { ask } from '../../storage/type-command.ts';
import type { Step } from '../drill.ts';
import type { DrillRun } from '../drill-run.ts';
import { memberOf, spareOf } from './disks-of.ts';
import { act, typed } from './plan-line.ts';

/**
 * The devid of the member that fails while it is there. Not the first: mkfs leaves it empty where there are more members than copies, and
 * the failure of an empty disk does not matter. Measured: btrfs-progs 6.2 and 6.14, `dump-tree -t chunk`.
 */
export const failingDevid = 2;

/** Gives the member that fails while it is there. */
export function failingMember(array: ArrayPlan): ContainerPlan {
  return memberOf(array, failingDevid);
}

/** Records the spare in crypttab in the failing member's place, closes the container that btrfs has released, and removes the disk. */
export const retireDisk: Step = {
  name: 'retire-disk',
  title: 'Add the new disk to crypttab, close the old container, remove the old disk',
  phase: 'repair',
  skippable: true,
  plan: (array) => [...typed(...planRetire(array)), act(`take ${failingMember(array).serial} out`)],
  run: async (run) => {
    for (const planned of planRetire(run.array)) await run.type(planned);
    await run.pullDisk(failingMember(run.array).serial);
  },
};

/** udev probes a released device, and holds it meanwhile: a mapping above a slow disk is busy for ten seconds. */
const planSettle: Command = { argv: ['udevadm', 'settle', '--timeout=120'], timeoutMs: 180_000 };

function planRetire(array: ArrayPlan): readonly Command[] {
  const failing = failingMember(array);
  return [planRemoveFromCrypttab(failing), planAddToCrypttab(spareOf(array)), planSettle, planCloseContainer(failing)];
}

/** The command that prints the kernel's counters for a disk's requests; `name` is the kernel's name of the disk, which differs from boot to boot. */
export function planBlockStat(name: string): Command {
  return command('cat', `/sys/class/block/${name}/stat`);
}

/** Gives the kernel's name of a disk: `sda` now, perhaps another after the next boot. */
export async function askKernelName(run: DrillRun, { guestDevice }: ContainerPlan): Promise<string> {
  const target = await ask(run.ctx, run.guest, command('readlink', '--canonicalize', guestDevice), (text) => text.trim());
  return target.replace(/^\/dev\//u, '');
}

/** Gives the kernel's counters for a disk's requests. */
export async function askBlockStat(run: DrillRun, container: ContainerPlan): Promise<BlockStat> {
  return run.ask(planBlockStat(await askKernelName(run, container)), parseBlockStat);
}
