import type { ContainerPlan } from '../core/plan/container.ts';

/** A member of the array as it is now: its container and the number that btrfs knows it by. */
export interface Member {
  readonly devid: number;
  readonly container: ContainerPlan;
}
