import type { ArrayPlan } from '../../core/plan/array.ts';
import type { ContainerPlan } from '../../core/plan/container.ts';

/** Gives the member with the given 1-based number, which is its devid as long as nothing was replaced. */
export function memberOf(array: ArrayPlan, number: number): ContainerPlan {
  return at(array.members, number, 'member');
}

/** Gives the spare with the given 1-based number; the first by default. */
export function spareOf(array: ArrayPlan, number = 1): ContainerPlan {
  return at(array.spares, number, 'spare');
}

/** Gives the member that is lost. */
export function lostMemberOf(array: ArrayPlan): ContainerPlan {
  return memberOf(array, array.lostMember);
}

/** Gives the devid of the member that is lost. */
export function lostDevidOf({ devids, lostMember }: ArrayPlan): number {
  const devid = devids[lostMember - 1];
  if (devid === undefined) throw new Error(`the array has no member number ${String(lostMember)}`);
  return devid;
}

/** Gives the members that are left. */
export function survivorsOf(array: ArrayPlan): readonly ContainerPlan[] {
  return array.members.filter((member) => member !== lostMemberOf(array));
}

/** Gives a member that is left: the next one. */
export function survivorOf(array: ArrayPlan): ContainerPlan {
  return memberOf(array, (array.lostMember % array.members.length) + 1);
}

function at(containers: readonly ContainerPlan[], number: number, what: string): ContainerPlan {
  const container = containers[number - 1];
  if (container === undefined) throw new Error(`the layout has no ${what} number ${String(number)}`);
  return container;
}
