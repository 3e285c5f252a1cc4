import type { InitramfsMaker } from '../../core/boot/initramfs-maker.ts';
import type { Accelerator } from '../../core/host/accelerator.ts';
import { parseKernelChoice } from '../../core/image/kernel-choice.ts';
import type { Mirrors } from '../../core/image/mirrors.ts';
import { slotsFor } from '../../core/layout/layout.ts';
import type { Bus } from '../../core/layout/layout.ts';
import { chooseAccelerator } from '../accelerator/accelerator.ts';
import type { OpenStore } from '../cache/open-store.ts';
import type { Context } from '../context.ts';
import { ensureKernel } from '../image/kernel/ensure-kernel.ts';
import { suiteNames } from '../image/packages/suite.ts';
import type { OwnKernelArtefact, ToolsArtefact } from '../image/artefact.ts';
import { ensureSystem } from '../image/system/ensure-system.ts';
import { ensureTools } from '../image/tools/ensure-tools.ts';
import { requireBearable } from '../image/tools/tools-for-kernel.ts';
import { findQemu, requireTrusted } from '../qemu/qemu-program.ts';
import type { BootedParts } from './booted-template.ts';

/** A wanted machine, in the words of a command line. */
interface WantedParts {
  readonly kernel: string;
  readonly tools: string;
  readonly memoryMiB: number;
  /** Null: the best that works. */
  readonly accelerator: Accelerator | null;
  /** What its disks hang on. */
  readonly bus: Bus;
  /** `installed`: the whole system of the tools' suite, with its own kernel; our own userland by default. */
  readonly system?: 'installed' | undefined;
  /** What makes an installed system's initramfs; what Debian's installer takes by default. */
  readonly initramfsMaker?: InitramfsMaker | undefined;
}

/** The time from power-on to a machine that is ready, milliseconds: 10 s are usual under TCG, a busy host may take ten times that. */
const bootTimeoutMs = 120_000;

/** Gives what a machine is made from; missing images are built. Rejects as `ensureKernel`, `ensureTools` and `chooseAccelerator` do. */
export async function prepareParts(ctx: Context, store: OpenStore, wanted: WantedParts, mirrors: Mirrors): Promise<BootedParts> {
  // Before minutes are spent on images: without a good QEMU they are useless.
  const qemu = await findQemu(ctx);
  if (wanted.accelerator !== null) requireTrusted(qemu, wanted.accelerator);
  // The probe needs an initramfs of ours: an installed system's own kernel, as we start it.
  const ownKernel = await ensureKernel(ctx, store, parseKernelChoice(wanted.kernel, suiteNames(mirrors)), mirrors);
  const { kernel, tools } =
    wanted.system === 'installed'
      ? await ensureSystem(ctx, store, wanted.tools, mirrors, wanted.initramfsMaker)
      : { kernel: ownKernel, tools: await ensureOwnTools(ctx, store, ownKernel, wanted.tools, mirrors) };
  const requested = wanted.accelerator === null ? {} : { requested: wanted.accelerator };
  const { accelerator } = await chooseAccelerator(ctx, { store, kernel: ownKernel, qemu, ...requested });
  requireTrusted(qemu, accelerator);
  return { qemu, accelerator, kernel, tools, memoryMiB: wanted.memoryMiB, bootTimeoutMs, ...slotsFor(wanted.bus) };
}

async function ensureOwnTools(
  ctx: Context,
  store: OpenStore,
  kernel: OwnKernelArtefact,
  suite: string,
  mirrors: Mirrors,
): Promise<ToolsArtefact> {
  requireBearable(kernel, suite);
  return ensureTools(ctx, store, { suite, root: kernel.abilities.root }, mirrors);
}
