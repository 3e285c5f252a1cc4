import { randomUUID } from 'node:crypto';
import { stat } from 'node:fs/promises';
import { join } from 'node:path';
import { bootDisk } from '../../core/boot/boot-disk.ts';
import { diskSizesBytes } from '../../core/layout/layout.ts';
import type { Bus } from '../../core/layout/layout.ts';
import { planArray } from '../../core/plan/array.ts';
import type { Context } from '../../machine/context.ts';
import { createDiskImage, createOverlay } from '../../machine/files/disk-image.ts';
import type { DiskSpec } from '../../machine/machine.ts';
import { writePayloadImage } from '../../storage/payload-image.ts';
import type { Payload } from '../../storage/payload-image.ts';
import { payloadSerial } from '../../core/payload/payload-serial.ts';
import { degradedTree, payloadTree } from '../steps/build-steps.ts';
import { DrillRun } from '../drill-run.ts';
import type { MachineDisks, MachineKit } from './machine-kit.ts';
import type { DrillRequest } from '../drill-request.ts';

/** The share of the payload written while degraded: a quarter, so that both trees have files of every kind. */
const degradedShare = 0.25;

/** Draws new LUKS UUIDs for an array. */
export function drawUuids(count: number): readonly string[] {
  return Array.from({ length: count }, () => randomUUID());
}

/** Makes a drill that starts from blank disks, in the kit's directory for disks: payload, system disk, array disks. Its machine is off. */
export async function openBlankRun(ctx: Context, kit: MachineKit, request: DrillRequest, machineName = 'main'): Promise<DrillRun> {
  const { layout, seed, lostMember } = request;
  const { payload } = await writeDrillPayload(ctx, kit.disksHostPath, request);
  const array = planArray(layout, drawUuids(diskSizesBytes(layout).length), lostMember);
  await createOverlay(ctx, {
    hostPath: join(kit.disksHostPath, 'system.qcow2'),
    backingHostPath: kit.parts.tools.systemHostPath,
    backingFormat: 'raw',
  });
  const serials = [...array.members, ...array.spares].map((container) => container.serial);
  for (const [index, sizeBytes] of diskSizesBytes(layout).entries())
    await createDiskImage(ctx, imageOf(kit.disksHostPath, serials[index] ?? ''), sizeBytes);
  const boot = request.drill.hasBootDisk === true ? [bootDisk.serial] : [];
  for (const serial of boot) await createDiskImage(ctx, imageOf(kit.disksHostPath, serial), bootDisk.sizeBytes);
  const disks = await disksIn(kit.disksHostPath, [...serials, ...boot, payloadSerial], layout.bus);
  return new DrillRun(ctx, { drill: request.drill.name, array, kit, disks, payload, seed, machineName });
}

/** Writes a drill's payload into a directory, as a disk that its machine can read. */
export async function writeDrillPayload(
  ctx: Context,
  directoryHostPath: string,
  { payloadBytes, seed }: Pick<DrillRequest, 'payloadBytes' | 'seed'>,
): Promise<{ readonly payload: Payload; readonly disk: DiskSpec }> {
  const payload = await writePayloadImage(ctx, imageOf(directoryHostPath, payloadSerial), seed, [
    { tree: payloadTree, sizeBytes: payloadBytes },
    { tree: degradedTree, sizeBytes: Math.ceil(payloadBytes * degradedShare) },
  ]);
  return { payload, disk: await diskIn(directoryHostPath, payloadSerial) };
}

/** Gives the files of a machine whose disks are in a directory, in the order of their bays; the payload is on SCSI, whatever the array's bus. */
export async function disksIn(directoryHostPath: string, serials: readonly string[], bus: Bus): Promise<MachineDisks> {
  const disks = serials.map(async (serial) => diskIn(directoryHostPath, serial, bus));
  return { systemHostPath: join(directoryHostPath, 'system.qcow2'), disks: await Promise.all(disks) };
}

async function diskIn(directoryHostPath: string, serial: string, bus: Bus = 'scsi'): Promise<DiskSpec> {
  const isPayload = serial === payloadSerial;
  const hostPath = imageOf(directoryHostPath, serial);
  const { size: sizeBytes } = await stat(hostPath);
  return { serial, hostPath, format: 'raw', sizeBytes, ...(isPayload ? { readOnly: true } : bus === 'scsi' ? {} : { bus }) };
}

function imageOf(directoryHostPath: string, serial: string): string {
  return join(directoryHostPath, serial === payloadSerial ? 'payload.tar' : `${serial.toLowerCase()}.raw`);
}
