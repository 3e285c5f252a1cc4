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

function at(containers: readonly ContainerPlan[], number: number, what: string): ContainerPlan {
  const container = containers[number - 1];
  if (container === undefined) throw new Error(`the layout has no ${what} number ${String(number)}`);
  return container;
}
