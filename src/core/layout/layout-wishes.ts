import { equalSizes } from './layout.ts';
import type { ArrayLayout, Subvolume } from './layout.ts';
import { pathBelow } from './mount-point.ts';

/** What somebody says about an array, in a file or by options; everything else is as in the layout they start from. */
export interface LayoutWishes {
  /** The disks for mkfs: how many, or the size of each, bytes. */
  readonly disks?: number | readonly number[];
  /** The size of every disk without its own, bytes. */
  readonly diskSize?: number;
  /** Additional blank disks: how many, or the size of each, bytes. */
  readonly spares?: number | readonly number[];
  readonly profile?: ArrayLayout['profile'];
  readonly metadataProfile?: NonNullable<ArrayLayout['metadataProfile']>;
  readonly bus?: ArrayLayout['bus'];
  readonly partitions?: boolean;
  readonly encryption?: ArrayLayout['encryption'];
  readonly cipher?: string;
  readonly sectorSize?: NonNullable<ArrayLayout['sectorSize']>;
  readonly kdf?: ArrayLayout['kdf'];
  readonly label?: string;
  readonly mkfsOptions?: readonly string[];
  readonly mountOptions?: readonly string[];
  readonly mountPoint?: string;
  /** The first is mounted on the mount point; others without a mount point below it, by their names without a leading `@`. */
  readonly subvolumes?: readonly SubvolumeWish[];
  readonly nodatacow?: readonly string[];
  readonly quota?: boolean;
  readonly snapshot?: boolean;
}

/** What somebody says about a subvolume. */
export interface SubvolumeWish {
  readonly name: string;
  readonly mountPoint?: string;
  readonly options?: readonly string[];
}

/** The name of something that can be said about an array: a field of a layout file. */
export type LayoutSetting = keyof LayoutWishes;

/**
 * Gives a layout with the wishes applied. Disks that are only counted are as large as `diskSize`, or as the previous ones; spares beside
 * members that are listed one by one are as large as the largest of them. Subvolumes move with the mount point.
 */
export function applyWishes(base: ArrayLayout, wishes: LayoutWishes): ArrayLayout {
  const { disks, diskSize, spares, subvolumes, ...rest } = wishes;
  const { mountPoint = base.mountPoint } = wishes;
  const memberSizesBytes = sizesOf(base.memberSizesBytes, disks, diskSize ?? base.memberSizesBytes[0], diskSize);
  const largestBytes = Math.max(...memberSizesBytes);
  const besideListed = isList(disks) ? largestBytes : undefined;
  const spareBytes = diskSize ?? besideListed ?? base.spareSizesBytes[0] ?? largestBytes;
  const spareSizesBytes = sizesOf(base.spareSizesBytes, spares, spareBytes, diskSize ?? besideListed);
  return {
    ...base,
    ...rest,
    memberSizesBytes,
    spareSizesBytes,
    subvolumes:
      subvolumes === undefined
        ? base.subvolumes.map((subvolume) => moveSubvolume(subvolume, base.mountPoint, mountPoint))
        : subvolumes.map((subvolume, index) => placeSubvolume(subvolume, index, mountPoint)),
  };
}

function placeSubvolume({ name, mountPoint, options = [] }: SubvolumeWish, index: number, arrayMountPoint: string): Subvolume {
  const below = `${arrayMountPoint}/${name.replace(/^@/u, '')}`;
  return { name, mountPoint: mountPoint ?? (index === 0 ? arrayMountPoint : below), options };
}

function moveSubvolume(subvolume: Subvolume, from: string, to: string): Subvolume {
  const below = pathBelow(subvolume.mountPoint, from);
  return { ...subvolume, mountPoint: below === undefined ? to : `${to}/${below}` };
}

/** `countedBytes`: the size of disks that are only counted; `changedBytes`: the new size of unmentioned disks, if it changes. */
function sizesOf(
  before: readonly number[],
  wish: number | readonly number[] | undefined,
  countedBytes: number | undefined,
  changedBytes: number | undefined,
): readonly number[] {
  if (isList(wish)) return wish;
  if (wish !== undefined) return equalSizes(wish, countedBytes);
  return changedBytes === undefined ? before : before.map(() => changedBytes);
}

function isList(wish: number | readonly number[] | undefined): wish is readonly number[] {
  return typeof wish === 'object';
}
