import { mkdir } from 'node:fs/promises';
import { parseKernelChoice } from '../../core/image/kernel-choice.ts';
import { chooseAccelerator } from '../../machine/accelerator/accelerator.ts';
import type { OpenStore } from '../../machine/cache/open-store.ts';
import type { Scratch } from '../../machine/cache/scratch.ts';
import { slotsFor } from '../../core/layout/layout.ts';
import type { Context } from '../../machine/context.ts';
import { ensureKernel } from '../../machine/image/kernel/ensure-kernel.ts';
import { ensureTools } from '../../machine/image/tools/ensure-tools.ts';
import { suiteNames } from '../../machine/image/packages/suite.ts';
import { requireBearable } from '../../machine/image/tools/tools-for-kernel.ts';
import { canFork, findQemu, requireTrusted } from '../../machine/qemu/qemu-program.ts';
import { boot, createForkOrBoot } from '../../machine/template/fork-or-boot.ts';
import type { MachineKit } from './machine-kit.ts';
import type { DrillRequest } from '../drill-request.ts';

/** The time from power-on to a machine that is ready, milliseconds: 10 s are usual under TCG, a busy host may take ten times that. */
const bootTimeoutMs = 120_000;

/** Gives what the machines of a drill are made from: images, accelerator, and templates where they are wanted. Nothing runs yet. */
export async function prepareKit(ctx: Context, request: DrillRequest, store: OpenStore, scratch: Scratch): Promise<MachineKit> {
  // Before minutes are spent on images: without a good QEMU they are for nothing.
  const qemu = await findQemu(ctx);
  if (request.accelerator !== undefined) requireTrusted(qemu, request.accelerator);
  const kernel = await ensureKernel(ctx, store, parseKernelChoice(request.kernel, suiteNames(request.mirrors)), request.mirrors);
  requireBearable(kernel, request.tools);
  const tools = await ensureTools(ctx, store, { suite: request.tools, root: kernel.abilities.root }, request.mirrors);
  const { accelerator } = await chooseAccelerator(ctx, {
    store,
    kernel,
    qemu,
    ...(request.accelerator === undefined ? {} : { requested: request.accelerator }),
  });
  requireTrusted(qemu, accelerator);
  const evidenceHostPath = request.runHostPath;
  await mkdir(evidenceHostPath, { recursive: true, mode: 0o700 });
  const parts = { qemu, accelerator, kernel, tools, memoryMiB: request.memoryMiB, bootTimeoutMs, ...slotsFor(request.layout.bus) };
  const forks = request.templates.mode !== 'cold' && canFork(qemu.version);
  if (request.templates.mode !== 'cold' && !forks)
    ctx.emit({ type: 'remark-made', text: `QEMU ${qemu.version} cannot fork machines, so each is booted. QEMU 9.1 or newer can.` });
  return {
    parts,
    startMachine: forks ? createForkOrBoot({ store, use: request.templates, parts }) : boot,
    forks,
    slots: request.slots,
    disksHostPath: scratch.hostPath,
    socketsHostPath: scratch.socketHostPath,
    evidenceHostPath,
  };
}
