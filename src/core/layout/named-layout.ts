import { defaultLayout, equalSizes } from './layout.ts';
import type { ArrayLayout } from './layout.ts';

const gibibyte = 1024 ** 3;

/** The layouts that drills run on, by their names for `--layout`; spares are as large as the largest member. */
export const namedLayouts = {
  raid1: defaultLayout,
  'raid1-unequal': {
    ...defaultLayout,
    memberSizesBytes: [gibibyte, 1.5 * gibibyte, 2 * gibibyte],
    spareSizesBytes: equalSizes(1, 2 * gibibyte),
  },
  // On disks of 1 GiB a second degraded replace has no room (ENOSPC, 5 of 5 on kernel 6.12): that is a matter of tiny arrays, which
  // have their own drill.
  raid1c3: {
    ...defaultLayout,
    memberSizesBytes: equalSizes(4, 2 * gibibyte),
    spareSizesBytes: equalSizes(1, 2 * gibibyte),
    profile: 'raid1c3',
  },
  'as-people-have-it': {
    ...defaultLayout,
    label: 'tank',
    mountOptions: ['noatime', 'compress=zstd'],
    subvolumes: [
      { name: '@data', mountPoint: defaultLayout.mountPoint, options: [] },
      { name: '@snapshots', mountPoint: `${defaultLayout.mountPoint}/.snapshots`, options: [] },
    ],
    nodatacow: ['vm-images'],
    quota: true,
    snapshot: true,
  },
  raid10: { ...defaultLayout, memberSizesBytes: equalSizes(5), profile: 'raid10' },
} as const satisfies Readonly<Record<string, ArrayLayout>>;

/** The name of a layout that drills run on. */
export type LayoutName = keyof typeof namedLayouts;

/** The names of the layouts. */
export const layoutNames = Object.keys(namedLayouts) as readonly LayoutName[];

/** Tells whether a word is the name of a layout. */
export function isLayoutName(word: string): word is LayoutName {
  return Object.hasOwn(namedLayouts, word);
}
