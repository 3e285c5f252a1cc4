import { randomUUID } from 'node:crypto';
import { join } from 'node:path';
import { planArray } from '../core/plan/array.ts';
import type { ArrayPlan } from '../core/plan/array.ts';
import type { Context } from '../machine/context.ts';
import { createDiskImage, createOverlay } from '../machine/disk-image.ts';
import type { DiskSpec } from '../machine/machine.ts';
import { writePayloadImage } from '../storage/payload-image.ts';
import { degradedTree, payloadSerial, payloadTree } from './build-steps.ts';
import { DrillRun } from './drill-run.ts';
import type { MachineDisks, MachineKit } from './machine-kit.ts';
import type { DrillRequest } from './run-drill.ts';

/** The part of the payload that is written while degraded: a quarter of it, so that both trees have files of every kind. */
const degradedShare = 0.25;

/** Draws LUKS UUIDs, anew for every array. */
export function drawUuids(count: number): readonly string[] {
  return Array.from({ length: count }, () => randomUUID());
}

/** Makes a drill that begins with blank disks, in the kit's directory for disks: payload, system disk, array disks. Its machine is off. */
export async function openBlankRun(ctx: Context, kit: MachineKit, request: DrillRequest, machineName = 'main'): Promise<DrillRun> {
  const { layout, payloadBytes, seed } = request;
  const payload = await writePayloadImage(ctx, join(kit.disksHostPath, 'payload.tar'), seed, [
    { tree: payloadTree, sizeBytes: payloadBytes },
    { tree: degradedTree, sizeBytes: Math.ceil(payloadBytes * degradedShare) },
  ]);
  const array = planArray(layout, drawUuids(layout.members + layout.spares));
  await createBlankDisks(ctx, kit, array);
  const serials = [...array.members, ...array.spares].map((container) => container.serial);
  const disks = disksIn(kit.disksHostPath, [...serials, payloadSerial]);
  return new DrillRun(ctx, { drill: request.drill.name, array, kit, disks, payload, seed, machineName });
}

/** Gives the files of a machine whose disks are in a directory, in the order of their bays. */
export function disksIn(directoryHostPath: string, serials: readonly string[]): MachineDisks {
  const diskOf = (serial: string): DiskSpec => {
    if (serial === payloadSerial) return { serial, hostPath: join(directoryHostPath, 'payload.tar'), format: 'raw', readOnly: true };
    return { serial, hostPath: join(directoryHostPath, `${serial.toLowerCase()}.raw`), format: 'raw' };
  };
  return { systemHostPath: join(directoryHostPath, 'system.qcow2'), disks: serials.map(diskOf) };
}

async function createBlankDisks(ctx: Context, kit: MachineKit, array: ArrayPlan): Promise<void> {
  const containers = [...array.members, ...array.spares];
  const { systemHostPath, disks } = disksIn(
    kit.disksHostPath,
    containers.map(({ serial }) => serial),
  );
  await createOverlay(ctx, { hostPath: systemHostPath, backingHostPath: kit.parts.tools.systemHostPath, backingFormat: 'raw' });
  for (const { hostPath } of disks) await createDiskImage(ctx, hostPath, array.layout.diskSizeBytes);
}
