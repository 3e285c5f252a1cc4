import { planArray } from '../core/plan/array.ts';
import type { Context } from '../machine/context.ts';
import { writeDrillPayload } from './blank-run.ts';
import { DrillRun } from './drill-run.ts';
import type { MachineDisks, MachineKit } from './machine-kit.ts';
import type { DrillRequest } from './run-drill.ts';

/** An array that somebody built before, of a machine that is off: a lab's. A drill on it changes it for good. */
export interface ArrayAtRest {
  /** The system disk of its machine, and the disks of the layout, all of them, in the order of their bays. */
  readonly disks: MachineDisks;
  /** One for each disk of the layout, members first. */
  readonly luksUuids: readonly string[];
  /** Told which disks are in and what is wrong with them when the drill is over, however it came out; its machine is off by then. */
  readonly left: (disks: MachineDisks) => Promise<void>;
}

/** Makes a drill that goes on with an array that is there; the payload comes on a disk of its own. Its machine is off. */
export async function openRunOnArray(ctx: Context, kit: MachineKit, request: DrillRequest, array: ArrayAtRest): Promise<DrillRun> {
  const { drill, layout, seed } = request;
  const { payload, disk } = await writeDrillPayload(ctx, kit.disksHostPath, request);
  return new DrillRun(ctx, {
    drill: drill.name,
    array: planArray(layout, array.luksUuids),
    kit,
    disks: { ...array.disks, disks: [...array.disks.disks, disk] },
    payload,
    seed,
  });
}
