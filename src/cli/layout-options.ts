import { message, text } from '@optique/core/message';
import { optional } from '@optique/core/modifiers';
import type { InferValue } from '@optique/core/parser';
import { option } from '@optique/core/primitives';
import { choice, integer } from '@optique/core/valueparser';
import type { ArrayLayout } from '../core/layout.ts';
import { profiles } from '../core/layout.ts';
import { layoutFieldNames, layoutFields } from '../core/layout-file/layout-fields.ts';
import { applyWishes } from '../core/layout-wishes.ts';
import type { LayoutSetting, LayoutWishes } from '../core/layout-wishes.ts';
import { isLayoutName, namedLayouts } from '../core/named-layout.ts';
import type { LayoutAsked } from '../drills/applicability.ts';
import { loadLayout } from './layout-file.ts';
import { layoutWord, size } from './value-parsers.ts';

/** What a layout's file says of a field, the option says as well. */
const describe = (setting: LayoutSetting) => ({ description: message`${text(layoutFields[setting].what)}` });

/** The options about the array that a command builds: a layout by name or file, and what is to be different from it. */
export const layoutOptions = {
  layout: optional(
    option('--layout', layoutWord, {
      description: message`The array, by the name of a layout or its file (./array.yaml, docs/layouts.md); the options below change it.`,
    }),
  ),
  disks: optional(
    option('--disks', integer({ metavar: 'N', min: 1, max: 16 }), {
      description: message`How many disks the array has, spares not counted.`,
    }),
  ),
  spares: optional(
    option('--spares', integer({ metavar: 'N', min: 0, max: 16 }), { description: message`How many blank disks there are besides.` }),
  ),
  diskSize: optional(
    option('--disk-size', size('SIZE', ['512MiB', '1GiB', '2GiB']), { description: message`Size of each disk, sparse on the host.` }),
  ),
  profile: optional(option('--profile', choice(profiles, { metavar: 'PROFILE' }), describe('profile'))),
  kdf: optional(option('--kdf', choice(['fast', 'real'], { metavar: 'KDF' }), describe('kdf'))),
} as const;

type LayoutOptions = { readonly [Name in keyof typeof layoutOptions]: InferValue<(typeof layoutOptions)[Name]> };

/** A layout that was asked for. */
export interface WishedLayout {
  /** How it was named; undefined when only options were given. */
  readonly named: LayoutAsked | undefined;
  /** Gives it; a layout that was named takes the place of `base`. */
  readonly over: (base: ArrayLayout) => ArrayLayout;
}

/** Gives the layout that options ask for; undefined when nothing was said about it. Rejects as `loadLayout` does. */
export async function resolveLayout(asked: LayoutOptions, cwdHostPath: string): Promise<WishedLayout | undefined> {
  const named = asked.layout === undefined ? undefined : await nameLayout(asked.layout, cwdHostPath);
  const wishes: LayoutWishes = Object.fromEntries(
    layoutFieldNames.flatMap((name) => (asked[name] === undefined ? [] : [[name, asked[name]] as const])),
  );
  if (named === undefined && Object.keys(wishes).length === 0) return undefined;
  const layout = named === undefined ? undefined : named.is === 'file' ? named.layout : namedLayouts[named.name];
  return { named, over: (base) => applyWishes(layout ?? base, wishes) };
}

async function nameLayout(typed: string, cwdHostPath: string): Promise<LayoutAsked> {
  if (isLayoutName(typed)) return { is: 'name', name: typed };
  return { is: 'file', file: typed, layout: await loadLayout(typed, cwdHostPath) };
}
