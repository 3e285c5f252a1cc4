import { message, text } from '@optique/core/message';
import { map, multiple, optional } from '@optique/core/modifiers';
import type { InferValue } from '@optique/core/parser';
import { option } from '@optique/core/primitives';
import { choice, integer, string } from '@optique/core/valueparser';
import type { ArrayLayout } from '../../core/layout/layout.ts';
import { buses, encryptions, sectorSizes } from '../../core/layout/layout.ts';
import { profiles } from '../../core/layout/profile.ts';
import { layoutFieldNames, layoutFields } from '../../core/layout-file/layout-fields.ts';
import { mountOption, onePart } from '../../core/layout-file/words.ts';
import { applyWishes } from '../../core/layout/layout-wishes.ts';
import type { LayoutSetting, LayoutWishes } from '../../core/layout/layout-wishes.ts';
import { isLayoutName, namedLayouts } from '../../core/layout/named-layout.ts';
import type { LayoutAsked } from '../../drills/applicability.ts';
import { loadLayout } from './layout-file.ts';
import { diskSize, kindOfWord, layoutWord } from './value-parsers.ts';

/** The option takes its description from the layout file's field. */
const describe = (setting: LayoutSetting) => ({ description: message`${text(layoutFields[setting].what)}` });

/** The options for the array that a command builds: a layout by name or file, and what differs from it. */
export const layoutOptions = {
  layout: optional(
    option('--layout', layoutWord, {
      description: message`The array: the name of a layout, or a file (./array.yaml, see docs/layouts.md). The options below change it.`,
    }),
  ),
  disks: optional(
    option('--disks', integer({ metavar: 'N', min: 1, max: 16 }), {
      description: message`Number of disks in the array, without spares.`,
    }),
  ),
  spares: optional(option('--spares', integer({ metavar: 'N', min: 0, max: 16 }), { description: message`Number of blank spare disks.` })),
  diskSize: optional(
    option('--disk-size', diskSize(['512MiB', '1GiB', '2GiB']), { description: message`Size of each disk, sparse on the host.` }),
  ),
  profile: optional(option('--profile', choice(profiles, { metavar: 'PROFILE' }), describe('profile'))),
  metadataProfile: optional(option('--metadata-profile', choice(profiles, { metavar: 'PROFILE' }), describe('metadataProfile'))),
  bus: optional(option('--bus', choice(buses, { metavar: 'BUS' }), describe('bus'))),
  partitions: optional(option('--partitions', describe('partitions'))),
  encryption: optional(option('--encryption', choice(encryptions, { metavar: 'NAME' }), describe('encryption'))),
  cipher: optional(
    option('--cipher', kindOfWord('CIPHER', layoutFields.cipher.kind, ['aes-xts-plain64', 'serpent-xts-plain64']), describe('cipher')),
  ),
  sectorSize: optional(option('--sector-size', choice(sectorSizes, { metavar: 'BYTES' }), describe('sectorSize'))),
  kdf: optional(option('--kdf', choice(['fast', 'real'], { metavar: 'KDF' }), describe('kdf'))),
  label: optional(option('--label', kindOfWord('LABEL', layoutFields.label.kind, ['storage']), describe('label'))),
  mkfsOptions: multiple(
    option('--mkfs-option', string({ metavar: 'WORD' }), {
      description: message`Extra argument for mkfs.btrfs (--mkfs-option=--checksum --mkfs-option=xxhash). Can be given more than once.`,
    }),
  ),
  mountOptions: multiple(
    option('--mount-option', kindOfWord('OPTION', mountOption, ['noatime', 'compress=zstd']), {
      description: message`Extra mount option for /etc/fstab, besides nofail. Can be given more than once.`,
    }),
  ),
  mountPoint: optional(
    option('--mount-point', kindOfWord('PATH', layoutFields.mountPoint.kind, ['/storage', '/srv/data']), describe('mountPoint')),
  ),
  subvolumes: multiple(
    map(
      option('--subvolume', kindOfWord('NAME', onePart, ['@data', '@snapshots']), {
        description: message`A subvolume that /etc/fstab mounts: the first on the mount point, another one below. Can be given more than once.`,
      }),
      (name) => ({ name }),
    ),
  ),
  nodatacow: multiple(
    option('--nodatacow', kindOfWord('NAME', onePart, ['vm-images']), {
      description: message`A directory in which files have no copy on write and no checksums. Can be given more than once.`,
    }),
  ),
  quota: optional(option('--quota', { description: message`Turns quotas on.` })),
  snapshot: optional(option('--snapshot', describe('snapshot'))),
} as const;

/** The options of a layout, as given. */
export type LayoutOptions = { readonly [Name in keyof typeof layoutOptions]: InferValue<(typeof layoutOptions)[Name]> };

/** A requested layout. */
export interface WishedLayout {
  /** How it was named; undefined when only options were given. */
  readonly named: LayoutAsked | undefined;
  /** Gives the layout; one that was named replaces `base`. */
  readonly over: (base: ArrayLayout) => ArrayLayout;
}

/** Gives the layout that options ask for; undefined without such options. Rejects as `loadLayout` does. */
export async function resolveLayout(asked: LayoutOptions, cwdHostPath: string): Promise<WishedLayout | undefined> {
  const named = asked.layout === undefined ? undefined : await nameLayout(asked.layout, cwdHostPath);
  const wishes: LayoutWishes = Object.fromEntries(
    layoutFieldNames.flatMap((name) => (isSaid(asked[name]) ? [[name, asked[name]] as const] : [])),
  );
  if (named === undefined && Object.keys(wishes).length === 0) return undefined;
  // What a file is like is asked of the layout that comes of it, options included.
  if (named?.is === 'file') {
    const layout = applyWishes(named.layout, wishes);
    return { named: { ...named, layout }, over: () => layout };
  }
  return { named, over: (base) => applyWishes(named === undefined ? base : namedLayouts[named.name], wishes) };
}

/** Gives the layout that a word names, by name or file. Rejects as `loadLayout` does. */
export async function nameLayout(typed: string, cwdHostPath: string): Promise<LayoutAsked> {
  if (isLayoutName(typed)) return { is: 'name', name: typed };
  return { is: 'file', file: typed, layout: await loadLayout(typed, cwdHostPath) };
}

/** Repeatable options are empty lists when they are not given. */
function isSaid(value: unknown): boolean {
  return value !== undefined && !(Array.isArray(value) && value.length === 0);
}
