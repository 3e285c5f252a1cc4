import { buses, encryptions, sectorSizes } from '../layout/layout.ts';
import { profiles } from '../layout/profile.ts';
import type { LayoutWishes } from '../layout/layout-wishes.ts';
import { disks, flag, list, oneNumber, pattern, size, word } from './kind.ts';
import type { Kind } from './kind.ts';
import { subvolumes } from './subvolumes.ts';
import { mountOption, onePart } from './words.ts';

/** A field of a layout's file. */
export interface LayoutField<T> {
  /** What it says, a sentence or two: options of the command line, the schema and the documentation say the same. */
  readonly what: string;
  readonly kind: Kind<T>;
  /** What it is when nothing is said, as it is written in a file or in words. */
  readonly standard: string;
}

/** What a layout's file may say. The only place that says it: reading, schema, options and documentation are made from it. */
export const layoutFields: { readonly [Name in keyof LayoutWishes]-?: LayoutField<NonNullable<LayoutWishes[Name]>> } = {
  disks: {
    what: 'The disks that the array is made of: how many, or a list with the size of each.',
    kind: disks(1, 16),
    standard: '2',
  },
  diskSize: {
    what: 'The size of every disk that has none of its own. On the host disks are sparse.',
    kind: size,
    standard: '1GiB',
  },
  spares: {
    what: 'Blank disks besides, to replace others with: how many, or a list with the size of each.',
    kind: disks(0, 16),
    standard: '1, as large as the largest disk',
  },
  bus: {
    what: 'What all disks hang on: virtio-scsi, virtio-blk or NVMe; the last two have room for 16 disks, spares included.',
    kind: word(buses),
    standard: 'scsi',
  },
  profile: {
    what: 'The btrfs profile of data, metadata and system chunks. Beside raid5 metadata is raid1, beside raid6 raid1c3; both are for evaluation only.',
    kind: word(profiles),
    standard: 'raid1',
  },
  metadataProfile: {
    what: 'Another btrfs profile for metadata and system chunks than for data.',
    kind: word(profiles),
    standard: 'what goes with profile',
  },
  encryption: {
    what: 'What the members are behind: LUKS containers of version 2 or 1, or nothing. Drills want containers.',
    kind: word(encryptions),
    standard: 'luks2',
  },
  cipher: {
    what: 'The cipher of the containers, in the words of cryptsetup.',
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
    what: 'Key derivation of the LUKS containers: fast, which is enough for keyfiles of random bytes, or real, the slow default of cryptsetup.',
    kind: word(['fast', 'real']),
    standard: 'fast',
  },
  label: {
    what: 'The label of the filesystem, by which fstab mounts it.',
    kind: pattern(
      'a label of at most 255 characters without blanks, slashes and quotes',
      '^[^\\s/\'"#\\\\=]{1,255}$',
      'Use letters, digits and dashes.',
    ),
    standard: 'storage',
  },
  mkfsOptions: {
    what: 'Words that mkfs.btrfs gets besides profile, label and devices.',
    kind: list(
      pattern('a word without blanks', '^[^\\s]+$', 'Write each word by itself: [--checksum, xxhash].', { numbers: true }),
      'a list of words, such as [--checksum, xxhash]',
    ),
    standard: 'none',
  },
  mountOptions: {
    what: 'Mount options that /etc/fstab gets besides nofail.',
    kind: list(mountOption, 'a list of options, such as [noatime, compress=zstd:3]'),
    standard: 'none',
  },
  subvolumes: {
    what: 'Subvolumes of the top level, each with its own line in /etc/fstab. The first is mounted on /storage; another one below, by its name without a leading @ unless it says where.',
    kind: subvolumes,
    standard: 'none: the top level is mounted on /storage',
  },
  nodatacow: {
    what: 'Directories in which files have no copy on write and no checksums (chattr +C). A drill puts a copy of its files there, and lets every other run of its live writer write there.',
    kind: list(onePart, 'a list of names, such as [vm-images]'),
    standard: 'none',
  },
  quota: {
    what: 'Whether quotas are on.',
    kind: flag,
    standard: 'false',
  },
  snapshot: {
    what: 'Whether a drill takes a read-only snapshot of its files as soon as they are written, and makes a reflinked copy of them.',
    kind: flag,
    standard: 'false',
  },
};

/** The names of the fields, in the order of the documentation. */
export const layoutFieldNames = Object.keys(layoutFields) as readonly (keyof LayoutWishes)[];
