import { planArray } from '../../core/plan/array.ts';
import type { Context } from '../../machine/context.ts';
import { writeDrillPayload } from './blank-run.ts';
import { DrillRun } from '../drill-run.ts';
import type { ArrayAtRest, DrillRequest } from '../drill-request.ts';
import type { MachineKit } from './machine-kit.ts';

/** Makes a drill that starts from an existing array; the payload comes on a separate disk. Its machine is off. */
export async function openRunOnArray(ctx: Context, kit: MachineKit, request: DrillRequest, array: ArrayAtRest): Promise<DrillRun> {
  const { drill, layout, seed, lostMember } = request;
  const { payload, disk } = await writeDrillPayload(ctx, kit.disksHostPath, request);
  return new DrillRun(ctx, {
    drill: drill.name,
    array: planArray(layout, array.luksUuids, lostMember),
    kit,
    disks: { ...array.disks, disks: [...array.disks.disks, disk] },
    payload,
    seed,
  });
}
