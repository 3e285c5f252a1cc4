/**
 * Part 7 of the proof, in as few machines as possible: the array without as many members as its profile can lose, once for each
 * such loss, each on fresh copies of the repaired disks.
 *
 *     fork, with copies of the survivors' disks ──► a loss is examined ──held, and all put away──► copies of the next survivors' disks ─┐
 *       ▲                                             ▲    │                                                                          │
 *       │                                             └────┼──────────────────────────────────────────────────────────────────────────┘
 *       └──── another, as long as losses are left ◄────────┘ not held, or something was refused
 *
 * A machine that is as good as new continues: it has started and translated its code, and its kernel has forgotten the array.
 * No examination affects another.
 */
import type { Context } from '../../machine/context.ts';
import type { Machine } from '../../machine/machine.ts';
import { waitForDiskNames } from '../../machine/start/wait-for-disk-names.ts';
import type { DrillRun } from '../drill-run.ts';
import { kernelLogOf } from '../kernel-log.ts';
import { overlayDisks, startFromKit } from '../begin/machine-kit.ts';
import type { MachineDisks } from '../begin/machine-kit.ts';
import type { Member } from '../../core/array/member.ts';
import { examineLoss, putAway } from './examine-loss.ts';
import type { Examination, OpenLosses } from './open-losses.ts';

/** Gives a slot for the machine with that name, or undefined if there is none: then somebody else examines the rest. */
export type TakeSlot = (ctx: Context, machineName: string) => Promise<Disposable | undefined>;

/** Examines losses in forks, until none is left or no slot is free for another fork. */
export async function examineInForks(run: DrillRun, losses: OpenLosses, takeSlot: TakeSlot): Promise<void> {
  while (losses.isLeft()) {
    const slot = await takeSlot(run.ctx, 'a fork that has lost members');
    if (slot === undefined) return;
    try {
      // Another machine may have taken the last one while we waited for the slot.
      const first = losses.take();
      if (first !== undefined) await examineInFork(run, first, losses, slot);
    } finally {
      slot[Symbol.dispose]();
    }
  }
}

async function examineInFork(run: DrillRun, first: Examination, losses: OpenLosses, slot: Disposable): Promise<void> {
  await using machine = await startFromKit(run.ctx, run.kit, first.machineName, await copyDisks(run, first), slot);
  const check = await examineLoss(run, machine, first);
  losses.judge(first, check);
  if (check.outcome === 'held') await goOnWithLosses(run, machine, first.survivors, losses);
}

/** Examines losses in a machine that is as good as new except for the array of these members mounted in it; stops when it no longer is. */
export async function goOnWithLosses(run: DrillRun, machine: Machine, mounted: readonly Member[], losses: OpenLosses): Promise<void> {
  const { ctx } = run;
  let members = mounted;
  while (losses.isLeft() && (await putAway(run, machine, members))) {
    const next = losses.take();
    if (next === undefined) return;
    const saidBefore = kernelLogOf(machine);
    await plugIn(ctx, machine, await copyDisks(run, next));
    const check = await examineLoss(run, machine, next, saidBefore);
    losses.judge(next, check);
    if (check.outcome !== 'held') return;
    members = next.survivors;
  }
}

async function plugIn(ctx: Context, machine: Machine, { disks, faults = [] }: MachineDisks): Promise<void> {
  for (const disk of disks) await machine.insertDisk(ctx, disk);
  for (const fault of faults) if (disks.some(({ serial }) => serial === fault.disk)) await machine.injectFault(ctx, fault);
  // A member whose disk is in no machine is missing here too: the examination must show that it does not open.
  await waitForDiskNames(ctx, machine.guest, disks);
}

async function copyDisks(run: DrillRun, { serials, machineName }: Examination): Promise<MachineDisks> {
  const disks = run.disks.disks.filter((disk) => serials.includes(disk.serial));
  return overlayDisks(run.ctx, run.kit, machineName, { ...run.disks, disks });
}
