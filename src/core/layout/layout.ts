import { describeProfiles } from './profile.ts';
import type { ChunkProfiles } from './profile.ts';

/** How members are encrypted. */
export const encryptions = ['luks2', 'luks1', 'none'] as const;

/** What a member is behind: a container of LUKS version 2 or 1, or nothing. */
export type Encryption = (typeof encryptions)[number];

/** How much a LUKS2 container encrypts at a time, bytes. Source: cryptsetup-luksFormat(8), --sector-size, without those that lie between. */
export const sectorSizes = [512, 4096] as const;

/** What disks hang on. */
export const buses = ['scsi', 'virtio', 'nvme'] as const;

/** How disks are reached: virtio-scsi, virtio-blk, or NVMe. */
export type Bus = (typeof buses)[number];

/** How many disks a machine has room for on PCI Express, each in a slot of its own; SCSI has one controller for all. */
export const slotsOfBus: Readonly<Record<Bus, number>> = { scsi: 0, virtio: 16, nvme: 16 };

/** Gives the slots that a machine needs for disks on a bus; nothing where it needs none. */
export function slotsFor(bus: Bus): { readonly slots?: number } {
  const slots = slotsOfBus[bus];
  return slots === 0 ? {} : { slots };
}

/** A subvolume of the array, and where fstab mounts it. */
export interface Subvolume {
  /** Below the top level, one part: `@data`. */
  readonly name: string;
  /** Where fstab mounts it, absolute: {@link arrayGuestPath}, or a path below it. */
  readonly mountPoint: string;
  /** Mount options of its own, a word each, besides those of the whole array. */
  readonly options: readonly string[];
}

/** The array that is wanted: disks, profile, encryption. A plain value; nothing exists yet. */
export interface ArrayLayout extends ChunkProfiles {
  /** The disks that mkfs gets, DISK1 to DISKn, by their sizes, bytes. */
  readonly memberSizesBytes: readonly number[];
  /** Blank disks in the machine, kept for replacements, by their sizes, bytes; their serials come after the members'. */
  readonly spareSizesBytes: readonly number[];
  /** What all disks of the machine hang on, spares and those that are added later as well. */
  readonly bus: Bus;
  readonly encryption: Encryption;
  /** In the words of cryptsetup's `--cipher`: `aes-xts-plain64`; null: its own default. */
  readonly cipher: string | null;
  /** Of the LUKS2 containers, bytes; null: what cryptsetup chooses for the disk. */
  readonly sectorSize: (typeof sectorSizes)[number] | null;
  /** The filesystem's label; fstab names it. */
  readonly label: string;
  /** Words that mkfs.btrfs gets besides. */
  readonly mkfsOptions: readonly string[];
  /** Mount options that fstab has besides `nofail`, a word each. */
  readonly mountOptions: readonly string[];
  /** What fstab mounts, the one on {@link arrayGuestPath} first; none: the top level, there. */
  readonly subvolumes: readonly Subvolume[];
  /** Directories without copy on write, and so without checksums (`chattr +C`), below {@link arrayGuestPath}, one part each. */
  readonly nodatacow: readonly string[];
  /** Whether quotas are on. */
  readonly quota: boolean;
  /** Whether a drill takes a read-only snapshot of its files as soon as they are written, and makes a reflinked copy of them. */
  readonly snapshot: boolean;
  /** `fast`: pbkdf2 with 1000 iterations, enough for a keyfile of random bytes. `real`: cryptsetup's own default (argon2id). */
  readonly kdf: 'fast' | 'real';
}

/** A disk's size when nobody says otherwise, bytes; sparse on the host. */
export const defaultDiskSizeBytes = 1024 ** 3;

/** The seed's array: two members and one spare of 1 GiB, raid1. */
export const defaultLayout: ArrayLayout = {
  memberSizesBytes: equalSizes(2),
  spareSizesBytes: equalSizes(1),
  bus: 'scsi',
  profile: 'raid1',
  metadataProfile: null,
  encryption: 'luks2',
  cipher: null,
  sectorSize: null,
  label: 'storage',
  mkfsOptions: [],
  mountOptions: [],
  subvolumes: [],
  nodatacow: [],
  quota: false,
  snapshot: false,
  kdf: 'fast',
};

/** Gives the sizes of so many disks of one size, bytes. */
export function equalSizes(count: number, sizeBytes = defaultDiskSizeBytes): readonly number[] {
  return Array.from({ length: count }, () => sizeBytes);
}

/** Gives the sizes of all disks of a layout, members first, bytes. */
export function diskSizesBytes(layout: ArrayLayout): readonly number[] {
  return [...layout.memberSizesBytes, ...layout.spareSizesBytes];
}

/** Where the guest mounts the array. */
export const arrayGuestPath = '/storage';

/** Gives a layout in a few words: `2 × 1 GiB + 1 spare, LUKS2, raid1`; disks of different sizes one by one: `1 GiB, 1536 MiB, 2 GiB`. What is not as usual is said. */
export function describeLayout(layout: ArrayLayout): string {
  const { memberSizesBytes, spareSizesBytes, bus, label, mkfsOptions, mountOptions, subvolumes, nodatacow, quota, snapshot } = layout;
  const spares = spareSizesBytes.length;
  const differ = new Set(diskSizesBytes(layout)).size > 1;
  const spareWords = `${String(spares)} spare${spares === 1 ? '' : 's'}${differ ? ` of ${describeSizes(spareSizesBytes)}` : ''}`;
  const members = new Set(memberSizesBytes).size > 1 ? describeSizes(memberSizesBytes) : equalWords(memberSizesBytes);
  return [
    `${members}${spares === 0 ? '' : ` + ${spareWords}`}`,
    ...(bus === 'scsi' ? [] : [`on ${bus}`]),
    describeEncryption(layout),
    describeProfiles(layout),
    ...(label === defaultLayout.label ? [] : [`label ${label}`]),
    ...(mkfsOptions.length === 0 ? [] : [`mkfs ${mkfsOptions.join(' ')}`]),
    ...(mountOptions.length === 0 ? [] : [`mount -o ${mountOptions.join(',')}`]),
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
