/**
 * Two members are lost: the last one, and during its replace the one before it. Not the first: mkfs leaves it empty where there are more
 * members than copies.
 */
import type { ArrayPlan } from '../../core/plan/array.ts';
import { planMountArray } from '../../core/plan/array.ts';
import { command } from '../../core/plan/command.ts';
import type { Command } from '../../core/plan/command.ts';
import { planOpenContainer } from '../../core/plan/container.ts';
import type { Step } from '../drill.ts';
import { memberOf } from './disks-of.ts';
import { act, typedStep } from './plan-line.ts';

/** The devid of the member that is lost first. */
export function firstLostDevid(array: ArrayPlan): number {
  return array.members.length;
}

/** The devid of the member that is lost while the first one is replaced. */
export function secondLostDevid(array: ArrayPlan): number {
  return array.members.length - 1;
}

/** Loses the first of them while the machine is off. */
export const loseFirst: Step = {
  name: 'lose-first',
  title: 'Switch off, and lose a disk',
  phase: 'fault',
  skippable: false,
  plan: (array) => [act(`clean shutdown; ${memberOf(array, firstLostDevid(array)).serial} is dead; power on again`)],
  run: async (run) => {
    await run.shutdown();
    await run.pullDisk(memberOf(run.array, firstLostDevid(run.array)).serial);
    await run.boot();
  },
};

/** Opens the others and mounts degraded. */
export const mountWithoutFirst = typedStep({
  name: 'mount-degraded',
  title: 'Open the others, mount degraded',
  phase: 'repair',
  skippable: false,
  commands: planMountWithoutFirst,
});

function planMountWithoutFirst(array: ArrayPlan): readonly Command[] {
  const lost = memberOf(array, firstLostDevid(array));
  return [
    ...array.members.filter((member) => member !== lost).map(planOpenContainer),
    command('btrfs', 'device', 'scan'),
    planMountArray(array, memberOf(array, secondLostDevid(array)).mappingGuestDevice, 'degraded'),
  ];
}
