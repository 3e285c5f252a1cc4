import { RaidlabError } from '../../core/failure/failure.ts';
import type { Context } from '../context.ts';
import type { FaultChains } from '../faults/fault-chains.ts';
import type { DiskBayUse, DiskSpec } from '../machine.ts';
import { formatNodeNames, imageOfDisk, planDiskDevice, planImageNodes } from '../qemu/block-nodes.ts';
import type { QmpClient } from '../qmp/qmp-client.ts';

/** The array disks of a running machine, and their bays. */
export interface ArrayDisks {
  /** The disks that are in the machine now, in the order of insertion. */
  readonly list: () => readonly DiskSpec[];
  /** Their bays. */
  readonly bays: () => readonly DiskBayUse[];
  /** Gives the image of a block node, if it is an array disk's. */
  readonly hostPathOfNode: (nodeName: string) => string | undefined;
  /** Removes a disk from the running machine; resolves when QEMU has. Its block nodes stay, so that it can come back. */
  readonly pull: (ctx: Context, serial: string) => Promise<void>;
  /** Inserts a disk into the running machine; a known serial goes back into its bay. */
  readonly insert: (ctx: Context, disk: DiskSpec) => Promise<void>;
}

// virtio-scsi removes a disk as soon as its requests have ended: 60 ms were measured (field notes, "Disks").
const pullTimeoutMs = 10_000;

/** Manages the disks of a machine started with `initial`, in their bays, including their faults. */
export function keepArrayDisks(qmp: QmpClient, initial: readonly DiskSpec[], chains: FaultChains): ArrayDisks {
  const present = new Map(initial.map((disk) => [disk.serial, disk]));
  /** The disks whose block nodes exist, present or pulled. */
  const known = new Map(present);
  const bays = new Map(initial.map((disk, index) => [disk.serial, disk.bay ?? index]));

  const forget = async (ctx: Context, serial: string): Promise<void> => {
    const nodes = formatNodeNames(serial);
    // Another image is another disk, without the faults of this one.
    await chains.replace(ctx, serial, [], false);
    await qmp.execute(ctx, 'blockdev-del', { 'node-name': nodes.format });
    await qmp.execute(ctx, 'blockdev-del', { 'node-name': nodes.file });
    known.delete(serial);
  };
  const addNodes = async (ctx: Context, disk: DiskSpec): Promise<void> => {
    const [file, format] = planImageNodes(imageOfDisk(disk));
    await qmp.execute(ctx, 'blockdev-add', file);
    try {
      await qmp.execute(ctx, 'blockdev-add', format);
    } catch (error) {
      await qmp.execute(ctx, 'blockdev-del', { 'node-name': formatNodeNames(disk.serial).file }).catch(() => undefined);
      throw error;
    }
    known.set(disk.serial, disk);
  };
  return {
    list: () => [...present.values()],
    bays: () => [...bays].map(([serial, bay]) => ({ serial, bay })).filter(({ serial }) => present.has(serial)),
    hostPathOfNode: (nodeName) =>
      [...known.values()].find(({ serial }) => [...Object.values(formatNodeNames(serial)), chains.driveOf(serial)].includes(nodeName))
        ?.hostPath,
    pull: async (ctx, serial) => {
      if (!present.has(serial)) throw misuse(`disk ${serial} cannot be pulled: it is not in the machine`);
      using deleted = qmp.expectEvent('DEVICE_DELETED', ({ device }) => device === serial);
      await qmp.execute(ctx, 'device_del', { id: serial });
      await deleted.wait(ctx, `disk ${serial} to leave the machine`, pullTimeoutMs);
      present.delete(serial);
    },
    insert: async (ctx, disk) => {
      const { serial } = disk;
      if (present.has(serial)) throw misuse(`disk ${serial} cannot be inserted: it is in the machine already`);
      const before = known.get(serial);
      if (before !== undefined && (before.hostPath !== disk.hostPath || before.format !== disk.format)) await forget(ctx, serial);
      if (!known.has(serial)) await addNodes(ctx, disk);
      const bay = bays.get(serial) ?? freeBay(new Set(bays.values()));
      await qmp.execute(ctx, 'device_add', planDiskDevice(disk, bay, chains.driveOf(serial)));
      bays.set(serial, bay);
      present.set(serial, disk);
    },
  };
}

/** A pulled disk keeps its bay. */
function freeBay(taken: ReadonlySet<number>): number {
  let bay = 0;
  while (taken.has(bay)) bay += 1;
  return bay;
}

function misuse(message: string): RaidlabError {
  return new RaidlabError({ area: 'host', reason: 'internal', message });
}
