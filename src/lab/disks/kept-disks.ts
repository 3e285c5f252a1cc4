import { isDeepStrictEqual } from 'node:util';
import type { DiskChange, DiskDeed } from '../../core/lab/disk-act.ts';
import { describeFault } from '../../core/fault/describe-fault.ts';
import { faultExtentBytes } from '../../core/fault/fault-extent.ts';
import { isDamage } from '../../core/fault/fault.ts';
import type { StandingFault } from '../../core/fault/fault.ts';
import type { LabDisk, LabState } from '../../core/lab/lab-state.ts';
import type { Bus } from '../../core/layout/layout.ts';
import type { Context } from '../../machine/context.ts';
import { createDiskImage } from '../../machine/files/disk-image.ts';
import { damageDisk } from '../../machine/faults/damage-image.ts';
import type { Machine } from '../../machine/machine.ts';
import { waitForDiskNames } from '../../machine/start/wait-for-disk-names.ts';
import { diskHostPath } from '../place/lab-place.ts';
import type { LabPlace } from '../place/lab-place.ts';
import { diskSpecOf } from '../machine/start-lab-machine.ts';

/** Carries out a plan for the disks of a lab that is off: images are made and damaged, the rest happens at its next start. */
export async function changeDisksAtRest(ctx: Context, place: LabPlace, { deeds, disks }: DiskChange): Promise<void> {
  for (const deed of deeds) {
    if (deed.deed === 'create') await createDiskImage(ctx, diskHostPath(place, deed.disk.serial), deed.disk.sizeBytes);
    if (deed.deed === 'inject') await damageAtRest(ctx, place, disks, deed.fault);
  }
}

async function damageAtRest(
  ctx: Context,
  place: LabPlace,
  disks: readonly LabDisk[],
  fault: Extract<DiskDeed, { readonly deed: 'inject' }>['fault'],
): Promise<void> {
  const disk = disks.find(({ serial }) => serial === fault.disk);
  if (disk === undefined || !isDamage(fault)) return;
  // Its bus in a machine does not matter to its image.
  await damageDisk(ctx, diskSpecOf(place, disk.serial, disk.sizeBytes, 'scsi'), fault);
}

/** Waits until the guest has named an inserted disk. It is in, whatever the guest makes of it: one that answers slowly is named late. */
async function waitForName(ctx: Context, machine: Machine, { serial }: LabDisk, bus: Bus): Promise<void> {
  try {
    await waitForDiskNames(ctx, machine.guest, [{ serial, bus }]);
  } catch {
    ctx.signal.throwIfAborted();
    ctx.emit({ type: 'remark-made', text: `${serial} is in, and the guest has no name for it yet.` });
  }
}

/** The disks of a lab that is on. */
export interface KeptDisks {
  /** Carries out a plan; inserted disks have the `faults` of the change. */
  readonly change: (ctx: Context, change: DiskChange) => Promise<void>;
}

/** Manages the disks of a machine started with those of `initial` that are in. */
export function keepDisks(place: LabPlace, machine: Machine, { disks: initial, layout }: Pick<LabState, 'disks' | 'layout'>): KeptDisks {
  /** Disks whose images QEMU has open, including pulled ones: only QEMU can damage these. */
  const known = new Set(initial.filter(({ isIn }) => isIn).map(({ serial }) => serial));
  const has = (fault: StandingFault): boolean => machine.faults().some((standing) => isDeepStrictEqual(standing, fault));
  const injected = (ctx: Context, fault: string, disk: string, bytes: number | null): void => {
    ctx.emit({ type: 'fault-injected', machine: machine.name, fault, disk, bytes });
  };
  const cleared = (ctx: Context, fault: string, disk: string): void => {
    ctx.emit({ type: 'fault-cleared', machine: machine.name, fault, disk });
  };
  const doDeed = async (ctx: Context, deed: DiskDeed, { disks, faults }: DiskChange): Promise<void> => {
    switch (deed.deed) {
      case 'create':
        await createDiskImage(ctx, diskHostPath(place, deed.disk.serial), deed.disk.sizeBytes);
        break;
      case 'pull':
        await machine.pullDisk(ctx, deed.serial);
        injected(ctx, 'disk-pull', deed.serial, null);
        break;
      case 'insert': {
        const { serial, sizeBytes } = deed.disk;
        await machine.insertDisk(ctx, diskSpecOf(place, serial, sizeBytes, layout.bus));
        known.add(serial);
        for (const fault of faults.filter(({ disk }) => disk === serial)) if (!has(fault)) await machine.injectFault(ctx, fault);
        cleared(ctx, 'disk-pull', serial);
        await waitForName(ctx, machine, deed.disk, layout.bus);
        break;
      }
      case 'inject':
        if (known.has(deed.fault.disk)) await machine.injectFault(ctx, deed.fault);
        else await damageAtRest(ctx, place, disks, deed.fault);
        injected(ctx, describeFault(deed.fault), deed.fault.disk, faultExtentBytes(deed.fault));
        break;
      case 'clear':
        if (has(deed.fault)) await machine.clearFault(ctx, deed.fault);
        cleared(ctx, describeFault(deed.fault), deed.fault.disk);
        break;
    }
  };
  return {
    change: async (ctx, change) => {
      for (const deed of change.deeds) await doDeed(ctx, deed, change);
    },
  };
}
