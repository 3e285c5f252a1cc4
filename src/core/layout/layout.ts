import { describeProfiles } from './profile.ts';
import type { ChunkProfiles } from './profile.ts';

/** How members are encrypted. */
export const encryptions = ['luks2', 'luks1', 'none'] as const;

/** What members are in: a LUKS container of version 2 or 1, or none. */
export type Encryption = (typeof encryptions)[number];

/** A LUKS2 container's sector sizes, bytes. Source: cryptsetup-luksFormat(8), --sector-size, without those in between. */
export const sectorSizes = [512, 4096] as const;

/** The buses of disks. */
export const buses = ['scsi', 'virtio', 'nvme'] as const;

/** How disks are reached: virtio-scsi, virtio-blk, or NVMe. */
export type Bus = (typeof buses)[number];

/** How many disks a machine has room for on PCI Express, each in its own slot; SCSI has one controller for all. */
export const slotsOfBus: Readonly<Record<Bus, number>> = { scsi: 0, virtio: 16, nvme: 16 };

/** Gives the slots that a machine needs for disks on a bus; an empty object where it needs none. */
export function slotsFor(bus: Bus): { readonly slots?: number } {
  const slots = slotsOfBus[bus];
  return slots === 0 ? {} : { slots };
}

/** A subvolume of the array, and where fstab mounts it. */
export interface Subvolume {
  /** Below the top level, one part: `@data`. */
  readonly name: string;
  /** Where fstab mounts it, absolute: the array's mount point, or a path below it. */
  readonly mountPoint: string;
  /** Its own mount options, one word each, in addition to those of the whole array. */
  readonly options: readonly string[];
}

/** The wanted array: disks, profile, encryption. A plain value; nothing exists yet. */
export interface ArrayLayout extends ChunkProfiles {
  /** The sizes of the disks for mkfs, DISK1 to DISKn, bytes. */
  readonly memberSizesBytes: readonly number[];
  /** The sizes of blank disks in the machine, kept for replacements, bytes; their serials follow the members'. */
  readonly spareSizesBytes: readonly number[];
  /** The bus of all disks of the machine, including spares and disks added later. */
  readonly bus: Bus;
  /** Whether members and replacements are partitions: each disk has a GPT with one that takes all of it, from {@link partitionStartBytes} on. */
  readonly partitions: boolean;
  readonly encryption: Encryption;
  /** As in cryptsetup's `--cipher`: `aes-xts-plain64`; null: its default. */
  readonly cipher: string | null;
  /** Of the LUKS2 containers, bytes; null: cryptsetup's choice for the disk. */
  readonly sectorSize: (typeof sectorSizes)[number] | null;
  /** The filesystem's label; fstab names it. */
  readonly label: string;
  /** Extra arguments for mkfs.btrfs. */
  readonly mkfsOptions: readonly string[];
  /** Extra mount options in fstab besides `nofail`, one word each. */
  readonly mountOptions: readonly string[];
  /** Where fstab mounts it, absolute. */
  readonly mountPoint: string;
  /** What fstab mounts, first the one on the mount point; empty: the top level, there. */
  readonly subvolumes: readonly Subvolume[];
  /** Directories without copy on write, and so without checksums (`chattr +C`), below the mount point, one part each. */
  readonly nodatacow: readonly string[];
  /** Whether quotas are on. */
  readonly quota: boolean;
  /** Whether a drill takes a read-only snapshot of its files as soon as they are written, and makes a reflinked copy of them. */
  readonly snapshot: boolean;
  /** `fast`: pbkdf2 with 1000 iterations, enough for a keyfile of random bytes. `real`: cryptsetup's own default (argon2id). */
  readonly kdf: 'fast' | 'real';
}

/** A disk's default size, bytes; sparse on the host. */
export const defaultDiskSizeBytes = 1024 ** 3;

/** The seed's array: two members and one spare of 1 GiB, raid1. */
export const defaultLayout: ArrayLayout = {
  memberSizesBytes: equalSizes(2),
  spareSizesBytes: equalSizes(1),
  bus: 'scsi',
  partitions: false,
  profile: 'raid1',
  metadataProfile: null,
  encryption: 'luks2',
  cipher: null,
  sectorSize: null,
  label: 'storage',
  mkfsOptions: [],
  mountOptions: [],
  mountPoint: '/storage',
  subvolumes: [],
  nodatacow: [],
  quota: false,
  snapshot: false,
  kdf: 'fast',
};

/** Gives the sizes of this many disks of one size, bytes. */
export function equalSizes(count: number, sizeBytes = defaultDiskSizeBytes): readonly number[] {
  return Array.from({ length: count }, () => sizeBytes);
}

/** Gives the sizes of all disks of a layout, members first, bytes. */
export function diskSizesBytes(layout: ArrayLayout): readonly number[] {
  return [...layout.memberSizesBytes, ...layout.spareSizesBytes];
}

/** Where partitioning tools let the first partition begin, bytes. Source: sfdisk(8). */
export const partitionStartBytes = 1024 ** 2;

/** Gives where on its disk a member or its container begins, bytes. */
export function memberStartBytes({ partitions }: Pick<ArrayLayout, 'partitions'>): number {
  return partitions ? partitionStartBytes : 0;
}

/**
 * Describes a layout: `2 × 1 GiB + 1 spare, LUKS2, raid1`; disks of different sizes one by one: `1 GiB, 1536 MiB, 2 GiB`. Only unusual
 * settings are mentioned.
 */
export function describeLayout(layout: ArrayLayout): string {
  const { memberSizesBytes, spareSizesBytes, bus, partitions, label, mkfsOptions, mountOptions, mountPoint, subvolumes, nodatacow } =
    layout;
  const { quota, snapshot } = layout;
  const spares = spareSizesBytes.length;
  const differ = new Set(diskSizesBytes(layout)).size > 1;
  const spareWords = `${String(spares)} spare${spares === 1 ? '' : 's'}${differ ? ` of ${describeSizes(spareSizesBytes)}` : ''}`;
  const members = new Set(memberSizesBytes).size > 1 ? describeSizes(memberSizesBytes) : equalWords(memberSizesBytes);
  return [
    `${members}${spares === 0 ? '' : ` + ${spareWords}`}`,
    ...(bus === 'scsi' ? [] : [`on ${bus}`]),
    ...(partitions ? ['on partitions'] : []),
    describeEncryption(layout),
    describeProfiles(layout),
    ...(label === defaultLayout.label ? [] : [`label ${label}`]),
    ...(mkfsOptions.length === 0 ? [] : [`mkfs ${mkfsOptions.join(' ')}`]),
    ...(mountOptions.length === 0 ? [] : [`mount -o ${mountOptions.join(',')}`]),
    ...(mountPoint === defaultLayout.mountPoint ? [] : [`mounted on ${mountPoint}`]),
    ...(subvolumes.length === 0 ? [] : [`subvolumes ${subvolumes.map(({ name }) => name).join(', ')}`]),
    ...(nodatacow.length === 0 ? [] : [`nodatacow in ${nodatacow.join(', ')}`]),
    ...(quota ? ['quota'] : []),
    ...(snapshot ? ['snapshot'] : []),
  ].join(', ');
}

function describeEncryption({ encryption, cipher, sectorSize, kdf }: ArrayLayout): string {
  if (encryption === 'none') return 'not encrypted';
  const details = [
    ...(cipher === null ? [] : [cipher]),
    ...(sectorSize === null ? [] : [`sectors of ${String(sectorSize)} bytes`]),
    ...(kdf === 'real' ? ['real KDF'] : []),
  ];
  return `${encryption.toUpperCase()}${details.length === 0 ? '' : ` (${details.join(', ')})`}`;
}

function equalWords(sizesBytes: readonly number[]): string {
  return `${String(sizesBytes.length)} × ${describeSizes(sizesBytes)}`;
}

function describeSizes(sizesBytes: readonly number[]): string {
  const words = sizesBytes.map((sizeBytes) => {
    const mebibytes = sizeBytes / 1024 ** 2;
    return mebibytes % 1024 === 0 ? `${String(mebibytes / 1024)} GiB` : `${String(Math.floor(mebibytes))} MiB`;
  });
  return new Set(words).size === 1 ? (words[0] ?? '') : words.join(', ');
}
