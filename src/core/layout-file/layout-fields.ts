import { buses, encryptions, sectorSizes } from '../layout/layout.ts';
import { profiles } from '../layout/profile.ts';
import type { LayoutWishes } from '../layout/layout-wishes.ts';
import { disks, flag, list, oneNumber, pattern, size, word } from './kind.ts';
import type { Kind } from './kind.ts';
import { subvolumes } from './subvolumes.ts';
import { mountOption, mountPoint, onePart } from './words.ts';

/** A field of a layout file. */
export interface LayoutField<T> {
  /** What it means, in a sentence or two, for command-line options, schema and documentation. */
  readonly what: string;
  readonly kind: Kind<T>;
  /** Its default, as written in a file, or in words. */
  readonly standard: string;
}

/** What a layout file may say. Defined only here: reading, schema, options and documentation derive from it. */
export const layoutFields: { readonly [Name in keyof LayoutWishes]-?: LayoutField<NonNullable<LayoutWishes[Name]>> } = {
  disks: {
    what: 'The disks of the array: their number, or a list with the size of each.',
    kind: disks(1, 16),
    standard: '2',
  },
  diskSize: {
    what: 'Size of every disk without its own size. Disks are sparse on the host.',
    kind: size,
    standard: '1GiB',
  },
  spares: {
    what: 'Blank spare disks: their number, or a list with the size of each.',
    kind: disks(0, 16),
    standard: '1, as large as the largest disk',
  },
  bus: {
    what: 'Bus of all disks: virtio-scsi, virtio-blk or NVMe; the last two have room for 16 disks, spares included.',
    kind: word(buses),
    standard: 'scsi',
  },
  partitions: {
    what: 'Whether members are partitions: each disk gets a GPT with one that takes all of it.',
    kind: flag,
    standard: 'false',
  },
  profile: {
    what: 'The btrfs profile of data, metadata and system chunks. With raid5, metadata is raid1; with raid6, raid1c3. Both are for evaluation only.',
    kind: word(profiles),
    standard: 'raid1',
  },
  metadataProfile: {
    what: 'A different btrfs profile for metadata and system chunks.',
    kind: word(profiles),
    standard: 'what goes with profile',
  },
  encryption: {
    what: 'Encryption of the members: LUKS2 or LUKS1 containers, or none. Drills need containers.',
    kind: word(encryptions),
    standard: 'luks2',
  },
  cipher: {
    what: 'Cipher of the containers, as cryptsetup names it.',
    kind: pattern(
      'a cipher such as aes-xts-plain64 or serpent-xts-plain64',
      '^[a-z0-9_,:()]+(-[a-z0-9_,:()]+)+$',
      'Write cipher, mode and IV with dashes between, as cryptsetup --cipher takes it.',
    ),
    standard: 'what cryptsetup chooses, aes-xts-plain64',
  },
  sectorSize: {
    what: 'How many bytes a LUKS2 container encrypts at a time.',
    kind: oneNumber(sectorSizes),
    standard: 'what cryptsetup chooses for the disk: 4096, on nvme 512',
  },
  kdf: {
    what: 'Key derivation of the LUKS containers: fast, which is enough for random keyfiles, or real, the slow default of cryptsetup.',
    kind: word(['fast', 'real']),
    standard: 'fast',
  },
  label: {
    what: 'Label of the filesystem; fstab mounts it by label.',
    kind: pattern(
      'a label of at most 255 characters without blanks, slashes and quotes',
      '^[^\\s/\'"#\\\\=]{1,255}$',
      'Use letters, digits and dashes.',
    ),
    standard: 'storage',
  },
  mkfsOptions: {
    what: 'Extra arguments for mkfs.btrfs, besides profile, label and devices.',
    kind: list(
      pattern('a word without blanks', '^[^\\s]+$', 'Write each word by itself: [--checksum, xxhash].', { numbers: true }),
      'a list of words, such as [--checksum, xxhash]',
    ),
    standard: 'none',
  },
  mountOptions: {
    what: 'Extra mount options for /etc/fstab, besides nofail.',
    kind: list(mountOption, 'a list of options, such as [noatime, compress=zstd:3]'),
    standard: 'none',
  },
  mountPoint: {
    what: 'Where /etc/fstab mounts the array.',
    kind: mountPoint,
    standard: '/storage',
  },
  subvolumes: {
    what: 'Top-level subvolumes, each with its own line in /etc/fstab. The first is mounted on the mount point, the others below it, by their name without a leading @ unless given a place.',
    kind: subvolumes,
    standard: 'none: the top level is mounted',
  },
  nodatacow: {
    what: 'Directories without copy on write and checksums (chattr +C). A drill puts a copy of its files there, and every other run of its live writer writes there.',
    kind: list(onePart, 'a list of names, such as [vm-images]'),
    standard: 'none',
  },
  quota: {
    what: 'Whether quotas are on.',
    kind: flag,
    standard: 'false',
  },
  snapshot: {
    what: 'Whether a drill takes a read-only snapshot of its files once they are written, and makes a reflinked copy of them.',
    kind: flag,
    standard: 'false',
  },
};

/** The names of the fields, in the order of the documentation. */
export const layoutFieldNames = Object.keys(layoutFields) as readonly (keyof LayoutWishes)[];
