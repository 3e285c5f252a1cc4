import type { ContainerPlan } from '../plan/container.ts';

/** A member of an array: its container and the number that btrfs knows it by. */
export interface Member {
  readonly devid: number;
  readonly container: ContainerPlan;
}
