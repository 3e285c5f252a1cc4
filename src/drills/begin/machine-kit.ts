import { mkdir } from 'node:fs/promises';
import { basename, join } from 'node:path';
import type { StandingFault } from '../../core/fault/fault.ts';
import type { Context } from '../../machine/context.ts';
import { createOverlay } from '../../machine/files/disk-image.ts';
import type { InstalledSystem } from '../../machine/image/artefact.ts';
import type { DiskSpec, Machine, MachineSpec } from '../../machine/machine.ts';
import type { MachineSlots } from '../../machine/machine-slots.ts';
import type { BootedParts } from '../../machine/template/booted-template.ts';
import type { StartMachine } from '../../machine/template/fork-or-boot.ts';

/** What all machines of one drill are made from. */
export interface MachineKit {
  /** QEMU, accelerator, kernel, tools, memory. */
  readonly parts: BootedParts;
  /** The installed system that does the proof's reboot, if one is to do it. */
  readonly installed?: InstalledSystem;
  /** Starts a machine, by fork or boot. */
  readonly startMachine: StartMachine;
  /** Whether machines are forked from templates. */
  readonly forks: boolean;
  /** Room for machines: a running one takes a slot. */
  readonly slots: MachineSlots;
  /** Disk images; removed with the drill. */
  readonly disksHostPath: string;
  /** Sockets and pid files, a short path; removed with the drill. */
  readonly socketsHostPath: string;
  /** Kept: one folder per machine. */
  readonly evidenceHostPath: string;
}

/** The files that outlast a machine being switched off and on: its system disk and array disks. */
export interface MachineDisks {
  readonly systemHostPath: string;
  /** qcow2 by default. */
  readonly systemFormat?: DiskSpec['format'];
  readonly disks: readonly DiskSpec[];
  /** The faults of these disks, which outlast a restart. */
  readonly faults?: readonly StandingFault[];
}

/** A way to start a machine, and what it gives of it. */
export type StartBy<M extends Machine> = (ctx: Context, spec: MachineSpec) => Promise<M>;

/**
 * Starts a machine of the kit from the given disks and waits until storage commands can be typed. A slot that is given is taken already,
 * and belongs to the machine from now on.
 */
export async function startFromKit(ctx: Context, kit: MachineKit, name: string, disks: MachineDisks, slot?: Disposable): Promise<Machine> {
  return startFromKitBy(ctx, kit, name, disks, kit.startMachine, slot);
}

/** Starts a machine of the kit in another way than the kit's own. */
export async function startFromKitBy<M extends Machine>(
  ctx: Context,
  kit: MachineKit,
  name: string,
  disks: MachineDisks,
  start: StartBy<M>,
  taken?: Disposable,
): Promise<M> {
  const slot = taken ?? (await kit.slots.take(ctx, name));
  try {
    return freeingSlot(await start(ctx, await planMachine(kit, name, disks)), slot);
  } catch (error) {
    slot[Symbol.dispose]();
    throw error;
  }
}

/** Gives the specification of a machine of the kit, and makes its directories. */
async function planMachine({ parts, ...kit }: MachineKit, name: string, disks: MachineDisks): Promise<MachineSpec> {
  const evidenceHostPath = join(kit.evidenceHostPath, name);
  const scratchHostPath = join(kit.socketsHostPath, name);
  await mkdir(evidenceHostPath, { recursive: true, mode: 0o700 });
  await mkdir(scratchHostPath, { recursive: true, mode: 0o700 });
  const { tools, ...shape } = parts;
  // An examination leaves out some disks, and their faults.
  const faults = disks.faults?.filter((fault) => disks.disks.some(({ serial }) => serial === fault.disk)) ?? [];
  return { ...shape, name, rootHostPath: tools.rootHostPath, ...disks, faults, evidenceHostPath, scratchHostPath };
}

/** A machine that is off frees its slot, however it ended. */
function freeingSlot<M extends Machine>(machine: M, slot: Disposable): M {
  const freed = async (end: PromiseLike<void>): Promise<void> => {
    await end;
    slot[Symbol.dispose]();
  };
  return {
    ...machine,
    shutdown: (ctx) => freed(machine.shutdown(ctx)),
    crash: () => freed(machine.crash()),
    save: (ctx, stateHostPath) => freed(machine.save(ctx, stateHostPath)),
    [Symbol.asyncDispose]: () => freed(machine[Symbol.asyncDispose]()),
  };
}

/** Gives copy-on-write disks over the given ones, which must not change from now on: an examination does not alter what it examines. */
export async function overlayDisks(ctx: Context, kit: MachineKit, name: string, original: MachineDisks): Promise<MachineDisks> {
  const overlay = async (backingHostPath: string, backingFormat: DiskSpec['format']): Promise<string> => {
    const hostPath = join(kit.disksHostPath, `${name}-${basename(backingHostPath).replace(/\.[^.]*$/u, '')}.qcow2`);
    await createOverlay(ctx, { hostPath, backingHostPath, backingFormat });
    return hostPath;
  };
  const [systemHostPath, ...disks] = await Promise.all([
    overlay(original.systemHostPath, original.systemFormat ?? 'qcow2'),
    ...original.disks.map(async (disk): Promise<DiskSpec> =>
      disk.readOnly === true ? disk : { ...disk, format: 'qcow2', hostPath: await overlay(disk.hostPath, disk.format) },
    ),
  ]);
  return { ...original, systemHostPath, systemFormat: 'qcow2', disks };
}
