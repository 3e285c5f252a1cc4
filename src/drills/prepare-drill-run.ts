import { randomUUID } from 'node:crypto';
import { mkdir } from 'node:fs/promises';
import { join } from 'node:path';
import { planArray } from '../core/plan/array.ts';
import type { ArrayPlan } from '../core/plan/array.ts';
import { chooseAccelerator } from '../machine/accelerator.ts';
import type { OpenStore } from '../machine/cache/open-store.ts';
import type { Scratch } from '../machine/cache/scratch.ts';
import type { Context } from '../machine/context.ts';
import { createDiskImage, createOverlay } from '../machine/disk-image.ts';
import { ensureKernel } from '../machine/image/ensure-kernel.ts';
import { ensureTools } from '../machine/image/ensure-tools.ts';
import type { DiskSpec } from '../machine/machine.ts';
import { findQemu, requireTrusted } from '../machine/qemu/qemu-program.ts';
import { startMachine } from '../machine/start-machine.ts';
import { writePayloadImage } from '../storage/payload-image.ts';
import { degradedTree, payloadTree } from './build-steps.ts';
import { DrillRun } from './drill-run.ts';
import type { MachineDisks, MachineKit } from './machine-kit.ts';
import type { DrillRequest } from './run-drill.ts';

/** The part of the payload that is written while degraded: a quarter of it, so that both trees have files of every kind. */
const degradedShare = 0.25;

/** Makes everything a drill needs before its first step, in the given scratch: images, accelerator, payload, blank disks. Nothing runs yet. */
export async function prepareDrillRun(ctx: Context, request: DrillRequest, store: OpenStore, scratch: Scratch): Promise<DrillRun> {
  // Before minutes are spent on images: without a good QEMU they are for nothing.
  const qemu = await findQemu(ctx);
  if (request.accelerator !== undefined) requireTrusted(qemu, request.accelerator);
  const mirror = request.mirror === undefined ? {} : { mirror: request.mirror };
  const kernel = await ensureKernel(ctx, store, { suite: request.kernelSuite, ...mirror });
  const tools = await ensureTools(ctx, store, { suite: request.toolsSuite, ...mirror });
  const { accelerator } = await chooseAccelerator(ctx, {
    store,
    kernel,
    ...(request.accelerator === undefined ? {} : { requested: request.accelerator }),
  });
  requireTrusted(qemu, accelerator);
  const payloadHostPath = join(scratch.hostPath, 'payload.tar');
  const payload = await writePayloadImage(ctx, payloadHostPath, request.seed, [
    { tree: payloadTree, sizeBytes: request.payloadBytes },
    { tree: degradedTree, sizeBytes: Math.ceil(request.payloadBytes * degradedShare) },
  ]);
  const evidenceHostPath = request.runHostPath;
  await mkdir(evidenceHostPath, { recursive: true, mode: 0o700 });
  const kit: MachineKit = {
    startMachine,
    kernel,
    tools,
    accelerator,
    memoryMiB: request.memoryMiB,
    payloadHostPath,
    disksHostPath: scratch.hostPath,
    socketsHostPath: scratch.socketHostPath,
    evidenceHostPath,
  };
  const { layout } = request;
  const array = planArray(
    layout,
    Array.from({ length: layout.members + layout.spares }, () => randomUUID()),
  );
  const disks = await createDisks(ctx, kit, array);
  return new DrillRun(ctx, { drill: request.drill.name, array, kit, disks, payload, seed: request.seed });
}

async function createDisks(ctx: Context, kit: MachineKit, array: ArrayPlan): Promise<MachineDisks> {
  const systemHostPath = join(kit.disksHostPath, 'system.qcow2');
  await createOverlay(ctx, { hostPath: systemHostPath, backingHostPath: kit.tools.systemHostPath, backingFormat: 'raw' });
  const disks: DiskSpec[] = [];
  for (const { serial } of [...array.members, ...array.spares]) {
    const hostPath = join(kit.disksHostPath, `${serial.toLowerCase()}.raw`);
    await createDiskImage(ctx, hostPath, array.layout.diskSizeBytes);
    disks.push({ serial, hostPath, format: 'raw' });
  }
  return { systemHostPath, disks };
}
