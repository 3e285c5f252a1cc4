import { arrayGuestPath, equalSizes } from './layout.ts';
import type { ArrayLayout, Subvolume } from './layout.ts';

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
  /** The first is mounted on /storage; others without a mount point below it, by their names without a leading `@`. */
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
 * members that are listed one by one are as large as the largest of them.
 */
export function applyWishes(base: ArrayLayout, wishes: LayoutWishes): ArrayLayout {
  const { disks, diskSize, spares, subvolumes, ...rest } = wishes;
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
    subvolumes: subvolumes === undefined ? base.subvolumes : subvolumes.map(placeSubvolume),
  };
}

function placeSubvolume({ name, mountPoint, options = [] }: SubvolumeWish, index: number): Subvolume {
  const below = `${arrayGuestPath}/${name.replace(/^@/u, '')}`;
  return { name, mountPoint: mountPoint ?? (index === 0 ? arrayGuestPath : below), options };
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
