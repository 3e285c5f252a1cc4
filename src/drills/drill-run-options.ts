import type { ArrayPlan } from '../core/plan/array.ts';
import type { Payload } from '../storage/payload-image.ts';
import type { MachineDisks, MachineKit } from './begin/machine-kit.ts';

/** What a drill is run with. */
export interface DrillRunOptions {
  readonly drill: string;
  readonly array: ArrayPlan;
  readonly kit: MachineKit;
  /** The blank disks of the main machine, and its system disk. */
  readonly disks: MachineDisks;
  readonly payload: Payload;
  readonly seed: string;
  /** `main` by default; after a restart it is `main-2`, … */
  readonly machineName?: string;
}
