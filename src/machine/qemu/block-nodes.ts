import { RaidlabError } from '../../core/failure/failure.ts';
import type { DiskSpec } from '../machine.ts';
import type { DriverOptions } from '../qmp/qmp-protocol.ts';

/** How an image file is used. */
export interface ImageUse {
  /** Names the nodes: `<name>-file` and `<name>-format`. */
  readonly name: string;
  readonly hostPath: string;
  readonly format: 'raw' | 'qcow2';
  readonly readOnly: boolean;
}

// include/block/block-common.h: a node name has at most 31 characters and is an id: a letter, then letters, digits, `-._`.
const nameShape = /^[A-Za-z][A-Za-z0-9._-]{0,22}$/;

/** Gives the two block nodes of an image, in the order of addition: the file, then its format. */
export function planImageNodes(image: ImageUse): readonly [DriverOptions, DriverOptions] {
  if (!nameShape.test(image.name)) {
    throw new RaidlabError({
      area: 'host',
      reason: 'internal',
      message: `"${image.name}" cannot name a disk: QEMU takes a letter and up to 22 letters, digits, dots and dashes`,
    });
  }
  const shared = {
    'read-only': image.readOnly,
    // Our power cut is a killed QEMU: its writes are in the host's page cache and survive. Only a power cut of the host itself would lose
    // them, and the machine with them; so a guest's flush need not reach the host's disk.
    cache: { direct: false, 'no-flush': true },
    discard: 'unmap',
    'detect-zeroes': 'off',
  };
  const file = formatNodeNames(image.name);
  return [
    { driver: 'file', 'node-name': file.file, filename: image.hostPath, ...shared },
    { driver: image.format, 'node-name': file.format, file: file.file, ...shared },
  ];
}

/** Gives the names of an image's nodes. */
export function formatNodeNames(name: string): { readonly file: string; readonly format: string } {
  return { file: `${name}-file`, format: `${name}-format` };
}

/** Gives the image of an array disk; its nodes are named for its serial. */
export function imageOfDisk(disk: DiskSpec): ImageUse {
  return { name: disk.serial, hostPath: disk.hostPath, format: disk.format, readOnly: disk.readOnly ?? false };
}

/** The SCSI controller of the array disks. */
export const scsiController = 'scsi0';

/** The PCI Express slot of the disk in a bay. */
export function slotOf(bay: number): string {
  return `slot${String(bay)}`;
}

/**
 * Gives the device of an array disk in a bay; it uses the node `drive`, by default the disk's own format node. The guest sees read and
 * write errors as they are: a fault must reach btrfs, and never pause the machine.
 */
export function planDiskDevice({ serial, bus = 'scsi' }: DiskSpec, bay: number, drive = formatNodeNames(serial).format): DriverOptions {
  const disk = {
    id: serial,
    drive,
    serial,
    // Like nearly all disks sold since 2011. cryptsetup (2.4 and later) then encrypts 4096 bytes at a time, not 512.
    physical_block_size: 4096,
    'write-cache': 'on',
  };
  const reported = { werror: 'report', rerror: 'report' };
  switch (bus) {
    case 'scsi':
      return { driver: 'scsi-hd', ...disk, bus: `${scsiController}.0`, 'scsi-id': bay, ...reported };
    case 'virtio':
      return { driver: 'virtio-blk-pci', ...disk, bus: slotOf(bay), ...reported };
    case 'nvme':
      // It reports every error to the guest, and has no other mode. Source: QEMU, hw/nvme/ctrl.c.
      return { driver: 'nvme', ...disk, bus: slotOf(bay) };
  }
}
