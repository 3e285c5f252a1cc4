import type { ArrayPlan } from '../../core/plan/array.ts';
import { planMountArray } from '../../core/plan/array.ts';
import type { Command } from '../../core/plan/command.ts';
import type { ContainerPlan } from '../../core/plan/container.ts';
import { planReplace } from '../../core/plan/repair.ts';
import type { DrillRun } from '../drill-run.ts';
import { typeReplace } from './type-replace.ts';

/** The commands that mount an array without the wiped members, and replace each by itself: its content is rewritten. */
export function planReplaceWiped(array: ArrayPlan, wiped: readonly ContainerPlan[]): readonly Command[] {
  return [
    planMountWithout(array, wiped),
    ...wiped.map((container) => planReplace(array, devidOf(array, container), container.mappingGuestDevice)),
  ];
}

/** Types the commands of {@link planReplaceWiped}. */
export async function replaceWiped(run: DrillRun, wiped: readonly ContainerPlan[]): Promise<void> {
  await run.type(planMountWithout(run.array, wiped));
  for (const container of wiped) await typeReplace(run, devidOf(run.array, container), container);
}

function planMountWithout(array: ArrayPlan, wiped: readonly ContainerPlan[]): Command {
  const survivor = array.members.find((member) => !wiped.includes(member));
  if (survivor === undefined) throw new Error('every member is wiped');
  return planMountArray(array, survivor.mappingGuestDevice, 'degraded');
}

/** Members have mkfs's numbers, as long as none was replaced by another. */
function devidOf(array: ArrayPlan, container: ContainerPlan): number {
  return array.members.indexOf(container) + 1;
}
