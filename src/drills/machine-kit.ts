import { mkdir } from 'node:fs/promises';
import { basename, join } from 'node:path';
import { command } from '../core/plan/command.ts';
import { guestDeviceOf } from '../core/plan/container.ts';
import type { Context } from '../machine/context.ts';
import { createOverlay } from '../machine/disk-image.ts';
import type { KernelArtefact, ToolsArtefact } from '../machine/image/artefact.ts';
import type { Accelerator, DiskSpec, Machine, MachineSpec } from '../machine/machine.ts';
import { ask } from '../storage/type-command.ts';

/** What every machine of one drill is made from. */
export interface MachineKit {
  /** Starts a machine and resolves when its guest agent answers. */
  readonly startMachine: (ctx: Context, spec: MachineSpec) => Promise<Machine>;
  readonly kernel: KernelArtefact;
  readonly tools: ToolsArtefact;
  readonly accelerator: Accelerator;
  readonly memoryMiB: number;
  readonly payloadHostPath: string;
  /** Disk images; removed with the drill. */
  readonly disksHostPath: string;
  /** Sockets and pid files, a short path; removed with the drill. */
  readonly socketsHostPath: string;
  /** Kept: one folder a machine. */
  readonly evidenceHostPath: string;
}

/** The files that a machine leaves when it is off and finds again when it is on: its system disk and array disks. */
export interface MachineDisks {
  readonly systemHostPath: string;
  readonly disks: readonly DiskSpec[];
}

/** The time from power-on to a live agent that is given to a machine, milliseconds: 6 s are usual under TCG, a busy host may take ten times that. */
const bootTimeoutMs = 120_000;

/** Starts a machine of the kit from the given disks and waits until storage commands can be typed. */
export async function startFromKit(ctx: Context, kit: MachineKit, name: string, disks: MachineDisks): Promise<Machine> {
  const evidenceHostPath = join(kit.evidenceHostPath, name);
  const scratchHostPath = join(kit.socketsHostPath, name);
  await mkdir(evidenceHostPath, { recursive: true, mode: 0o700 });
  await mkdir(scratchHostPath, { recursive: true, mode: 0o700 });
  const machine = await kit.startMachine(ctx, {
    name,
    accelerator: kit.accelerator,
    kernel: kit.kernel,
    rootHostPath: kit.tools.rootHostPath,
    systemHostPath: disks.systemHostPath,
    payloadHostPath: kit.payloadHostPath,
    memoryMiB: kit.memoryMiB,
    disks: disks.disks,
    evidenceHostPath,
    scratchHostPath,
    bootTimeoutMs,
  });
  try {
    await waitUntilReady(ctx, machine);
    return machine;
  } catch (error) {
    await machine[Symbol.asyncDispose]();
    throw error;
  }
}

/** The agent answers before the kernel has loaded btrfs and udev has named the disks: a command typed then would fail for no reason of the storage. */
async function waitUntilReady(ctx: Context, machine: Machine): Promise<void> {
  const { guest } = machine;
  await ask(ctx, guest, command('/usr/lib/raidlab/wait-ready'), String);
  const guestDevices = machine.disks().map((disk) => guestDeviceOf(disk.serial));
  if (guestDevices.length > 0) await ask(ctx, guest, command('udevadm', 'wait', '--timeout=60', ...guestDevices), String);
}

/** Gives copy-on-write disks over the given ones, which must not change from now on: an examination leaves what it examines untouched. */
export async function overlayDisks(ctx: Context, kit: MachineKit, name: string, original: MachineDisks): Promise<MachineDisks> {
  const overlay = async (backingHostPath: string, backingFormat: DiskSpec['format']): Promise<string> => {
    const hostPath = join(kit.disksHostPath, `${name}-${basename(backingHostPath).replace(/\.[^.]*$/u, '')}.qcow2`);
    await createOverlay(ctx, { hostPath, backingHostPath, backingFormat });
    return hostPath;
  };
  const [systemHostPath, ...disks] = await Promise.all([
    overlay(original.systemHostPath, 'qcow2'),
    ...original.disks.map(async (disk) => ({
      serial: disk.serial,
      format: 'qcow2' as const,
      hostPath: await overlay(disk.hostPath, disk.format),
    })),
  ]);
  return { systemHostPath, disks };
}
