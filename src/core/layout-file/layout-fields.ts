import { profiles } from '../layout.ts';
import type { LayoutWishes } from '../layout-wishes.ts';
import { disks, size, word } from './kind.ts';
import type { Kind } from './kind.ts';

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
  profile: {
    what: 'The btrfs profile of the chunks.',
    kind: word(profiles),
    standard: 'raid1',
  },
  kdf: {
    what: 'Key derivation of the LUKS containers: fast, which is enough for keyfiles of random bytes, or real, the slow default of cryptsetup.',
    kind: word(['fast', 'real']),
    standard: 'fast',
  },
};

/** The names of the fields, in the order of the documentation. */
export const layoutFieldNames = Object.keys(layoutFields) as readonly (keyof LayoutWishes)[];
