import { parseKernelChoice } from '../../core/image/kernel-choice.ts';
import type { LabState } from '../../core/lab/lab-state.ts';
import { slotsFor } from '../../core/layout/layout.ts';
import type { Mirrors } from '../../core/image/mirrors.ts';
import { chooseAccelerator } from '../../machine/accelerator/accelerator.ts';
import type { OpenStore } from '../../machine/cache/open-store.ts';
import type { Context } from '../../machine/context.ts';
import { ensureKernel } from '../../machine/image/kernel/ensure-kernel.ts';
import { ensureTools } from '../../machine/image/tools/ensure-tools.ts';
import { suiteNames } from '../../machine/image/packages/suite.ts';
import { requireBearable } from '../../machine/image/tools/tools-for-kernel.ts';
import { canFork, findQemu, requireTrusted } from '../../machine/qemu/qemu-program.ts';
import type { BootedParts } from '../../machine/template/booted-template.ts';

/** The time from power-on to a machine that is ready, milliseconds: 10 s are usual under TCG, a busy host may take ten times that. */
const bootTimeoutMs = 120_000;

/** What a lab's machine is made from, and whether it can be forked from a template. */
export interface LabParts {
  readonly parts: BootedParts;
  readonly forks: boolean;
}

/** Gives what a lab's machine is made from; missing images are built. Rejects as `ensureKernel`, `ensureTools` and `chooseAccelerator` do. */
export async function prepareLabParts(
  ctx: Context,
  store: OpenStore,
  state: Pick<LabState, 'kernel' | 'tools' | 'memoryMiB' | 'accelerator' | 'layout'>,
  mirrors: Mirrors,
): Promise<LabParts> {
  const qemu = await findQemu(ctx);
  if (state.accelerator !== null) requireTrusted(qemu, state.accelerator);
  const kernel = await ensureKernel(ctx, store, parseKernelChoice(state.kernel, suiteNames(mirrors)), mirrors);
  requireBearable(kernel, state.tools);
  const tools = await ensureTools(ctx, store, { suite: state.tools, root: kernel.abilities.root }, mirrors);
  const { accelerator } = await chooseAccelerator(ctx, {
    store,
    kernel,
    qemu,
    ...(state.accelerator === null ? {} : { requested: state.accelerator }),
  });
  requireTrusted(qemu, accelerator);
  return {
    parts: {
      qemu,
      accelerator,
      kernel,
      tools,
      memoryMiB: state.memoryMiB,
      bootTimeoutMs,
      network: {},
      hasShellLine: true,
      ...slotsFor(state.layout.bus),
    },
    forks: canFork(qemu.version),
  };
}
