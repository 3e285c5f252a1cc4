import type { LabState } from '../../core/lab/lab-state.ts';
import { diskSizesBytes } from '../../core/layout/layout.ts';
import type { Bus } from '../../core/layout/layout.ts';
import { rejectEntry } from '../../machine/cache/remove-entry.ts';
import type { OpenStore } from '../../machine/cache/open-store.ts';
import { steadyContext } from '../../machine/context.ts';
import type { Context } from '../../machine/context.ts';
import type { DiskSpec, Machine, MachineSpec } from '../../machine/machine.ts';
import { canBeSaved } from '../../machine/start/saved-machine.ts';
import { powerOnInstalled } from '../../machine/start/start-installed.ts';
import type { BootingMachine } from '../../machine/start/start-installed.ts';
import { forkMachine } from '../../machine/start/start-machine.ts';
import { canFork } from '../../machine/qemu/qemu-program.ts';
import type { BootedParts, TemplateSource } from '../../machine/template/booted-template.ts';
import { boot, createForkOrBoot, forkOrElse, unlessDiskFull } from '../../machine/template/fork-or-boot.ts';
import { copyLabDisks, createLabDisks, emptyDisksDirectory, requireImages } from '../disks/lab-disks.ts';
import { diskHostPath } from '../place/lab-place.ts';
import type { LabPlace } from '../place/lab-place.ts';
import { requireSystemDisk } from './require-system-disk.ts';
import { drawLuksUuids, ensureLabTemplate, serialsOf } from './lab-template.ts';
import type { LabTemplate } from './lab-template.ts';

/** What a lab's machine is started from. */
export interface LabStart {
  readonly place: LabPlace;
  readonly store: OpenStore;
  readonly state: LabState;
  readonly parts: BootedParts;
  readonly sshPort: number;
  readonly scratchHostPath: string;
  /** Whether a new lab starts with its array built. */
  readonly provision: boolean;
}

/** A running lab machine, and how its start changed the lab's state. */
export interface StartedLab {
  readonly machine: Machine;
  /** The same machine where an installed system boots in it. */
  readonly booting?: BootingMachine;
  readonly changes: Partial<LabState>;
}

/**
 * Starts a lab's machine. A new lab starts as a fork of its layout's template if possible, otherwise with blank disks; one that was on
 * before continues from its disks. Rejects with `lab/disk-missing`, and as `startMachine` and `ensureEntry` do.
 */
export async function startLabMachine(ctx: Context, start: LabStart): Promise<StartedLab> {
  const { place, store, state, parts, provision } = start;
  const source: TemplateSource = { store, use: { mode: 'fork', renewed: new Set() }, parts };
  const forks = canFork(parts.qemu.version);
  const startFromDisks = forks ? createForkOrBoot(source) : boot;
  if (state.life.state !== 'off' || state.life.how !== 'new') {
    await requireImages(place, state.disks);
    await requireSystemDisk(place, parts);
    return { machine: await startFromDisks(ctx, planLabMachine(start)), changes: {} };
  }
  if (provision && forks && canBeSaved(state.layout.bus)) {
    const template = await unlessDiskFull(ctx, () => ensureLabTemplate(ctx, source, state.layout, place.logsHostPath));
    const forked = template === undefined ? undefined : await forkNewLab(ctx, start, template);
    if (forked !== undefined) return forked;
  }
  await emptyDisksDirectory(place);
  await createLabDisks(ctx, place.disksHostPath, state.disks, parts.tools.systemHostPath);
  return { machine: await startFromDisks(ctx, planLabMachine(start)), changes: { luksUuids: drawLuksUuids(state.layout) } };
}

/**
 * Powers a lab's machine with an installed system on: from the blank disks and the fresh root of a new lab, or from the disks of one that
 * was on before. Rejects with `lab/disk-missing`, and as `powerOnInstalled` does.
 */
export async function powerOnLabMachine(
  ctx: Context,
  start: Omit<LabStart, 'provision'>,
): Promise<StartedLab & { booting: BootingMachine }> {
  const { place, state, parts } = start;
  const isNew = state.life.state === 'off' && state.life.how === 'new';
  if (isNew) {
    await emptyDisksDirectory(place);
    await createLabDisks(ctx, place.disksHostPath, state.disks, parts.tools.systemHostPath);
  } else await requireImages(place, state.disks);
  // Its boot may outlast the command that began it.
  const booting = await powerOnInstalled({ ...steadyContext(ctx), emit: ctx.emit }, planLabMachine(start));
  return { machine: booting, booting, changes: isNew ? { luksUuids: drawLuksUuids(state.layout) } : {} };
}

async function forkNewLab(ctx: Context, start: LabStart, template: LabTemplate): Promise<StartedLab | undefined> {
  const { place, store, state } = start;
  return forkOrElse<StartedLab | undefined>(
    ctx,
    async () => {
      await emptyDisksDirectory(place);
      await copyLabDisks(ctx, template.disksHostPath, place.disksHostPath, serialsOf(state.layout));
      const machine = await forkMachine(ctx, planLabMachine(start), template.saved);
      return { machine, changes: { luksUuids: template.luksUuids, isProvisioned: true } };
    },
    async (why) => {
      await rejectEntry(ctx, store, template.entry, why);
      return undefined;
    },
  );
}

/** Gives a lab's machine according to its state. */
export function planLabMachine({ place, state, parts, sshPort, scratchHostPath }: Omit<LabStart, 'provision'>): MachineSpec {
  const { tools, ...shape } = parts;
  return {
    ...shape,
    name: place.name,
    rootHostPath: tools.rootHostPath,
    systemHostPath: place.systemHostPath,
    systemFormat: 'raw',
    network: { sshPort },
    disks: state.disks.filter(({ isIn }) => isIn).map(({ serial, sizeBytes }) => diskSpecOf(place, serial, sizeBytes, state.layout.bus)),
    faults: state.faults.filter((fault) => state.disks.some(({ serial, isIn }) => isIn && serial === fault.disk)),
    evidenceHostPath: place.logsHostPath,
    scratchHostPath,
  };
}

/** Converts a lab's disk for its machine. */
export function diskSpecOf(place: LabPlace, serial: string, sizeBytes: number, bus: Bus): DiskSpec {
  return { serial, sizeBytes, hostPath: diskHostPath(place, serial), format: 'raw', bus };
}

/** Gives the disks of a new lab. */
export function planNewDisks(layout: LabState['layout']): LabState['disks'] {
  const members = layout.memberSizesBytes.length;
  const sizes = diskSizesBytes(layout);
  return serialsOf(layout).map((serial, index) => ({
    serial,
    sizeBytes: sizes[index] ?? 0,
    role: index < members ? 'member' : 'spare',
    isIn: true,
    damage: [],
  }));
}
