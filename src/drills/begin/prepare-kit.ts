import { mkdir } from 'node:fs/promises';
import type { OpenStore } from '../../machine/cache/open-store.ts';
import type { Scratch } from '../../machine/cache/scratch.ts';
import type { Context } from '../../machine/context.ts';
import { ensureSystem } from '../../machine/image/system/ensure-system.ts';
import { canFork } from '../../machine/qemu/qemu-program.ts';
import { boot, createForkOrBoot } from '../../machine/template/fork-or-boot.ts';
import { prepareParts } from '../../machine/template/prepare-parts.ts';
import type { DrillRequest } from '../drill-request.ts';
import type { MachineKit } from './machine-kit.ts';

/** Gives what the machines of a drill are made from: images, accelerator, and templates where they are wanted. Nothing runs yet. */
export async function prepareKit(ctx: Context, request: DrillRequest, store: OpenStore, scratch: Scratch): Promise<MachineKit> {
  const { drill, layout, accelerator = null, initramfsMaker = drill.initramfs } = request;
  const wanted = { ...request, accelerator, bus: layout.bus, system: drill.system, initramfsMaker };
  const parts = await prepareParts(ctx, store, wanted, request.mirrors);
  // A machine that is an installed system itself is rebooted as one.
  const installed =
    request.boot === undefined || drill.system === 'installed'
      ? undefined
      : await ensureSystem(ctx, store, request.tools, request.mirrors, request.initramfsMaker);
  if (installed !== undefined)
    ctx.emit({ type: 'remark-made', text: `The proof's reboot is that of an installed ${installed.tools.description}.` });
  const evidenceHostPath = request.runHostPath;
  await mkdir(evidenceHostPath, { recursive: true, mode: 0o700 });
  const forks = request.templates.mode !== 'cold' && canFork(parts.qemu.version);
  if (request.templates.mode !== 'cold' && !forks)
    ctx.emit({ type: 'remark-made', text: `QEMU ${parts.qemu.version} cannot fork machines, so each is booted. QEMU 9.1 or newer can.` });
  return {
    parts,
    ...(installed === undefined ? {} : { installed }),
    // A boot is what a drill on an installed system is about; only its built array comes from a template.
    startMachine: forks && drill.system !== 'installed' ? createForkOrBoot({ store, use: request.templates, parts }) : boot,
    forks,
    slots: request.slots,
    disksHostPath: scratch.hostPath,
    socketsHostPath: scratch.socketHostPath,
    evidenceHostPath,
  };
}
