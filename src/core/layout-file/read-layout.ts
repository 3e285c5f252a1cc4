import { defaultLayout } from '../layout/layout.ts';
import { findLayoutMistakes } from '../layout/layout-mistakes.ts';
import type { ArrayLayout } from '../layout/layout.ts';
import { applyWishes } from '../layout/layout-wishes.ts';
import type { LayoutSetting, LayoutWishes } from '../layout/layout-wishes.ts';
import { readFields } from './kind.ts';
import { layoutFields } from './layout-fields.ts';
import type { LocatedMistake, LocatedNode } from './located-node.ts';
import { describeNode } from './located-node.ts';

/** The contents of a layout document, or all that is wrong with it, in the order of the text. */
export type ReadLayout =
  { readonly is: 'layout'; readonly layout: ArrayLayout } | { readonly is: 'wrong'; readonly mistakes: readonly LocatedMistake[] };

/** Where a field of a document stands: its name, and its value. */
type FieldPlaces = Partial<Readonly<Record<LayoutSetting, LocatedNode>>>;

const kinds = Object.fromEntries(Object.entries(layoutFields).map(([name, { kind }]) => [name, kind]));

/** Reads a layout from a document; missing fields are as in `defaultLayout`. Fields are checked alone first, then valid ones together. */
export function readLayout(root: LocatedNode): ReadLayout {
  if (root.is !== 'map') return { is: 'wrong', mistakes: [notFields(root)] };
  const { values, places, mistakes } = readFields(root, kinds);
  if (mistakes.length > 0) return { is: 'wrong', mistakes };
  const wishes: LayoutWishes = values;
  const layout = applyWishes(defaultLayout, wishes);
  const together = [...findIdleFields(wishes, places), ...findTogether(layout, places, root)];
  return together.length === 0 ? { is: 'layout', layout } : { is: 'wrong', mistakes: together };
}

function notFields(root: LocatedNode): LocatedMistake {
  const isEmpty = root.is === 'scalar' && root.value === null;
  return {
    span: root.span,
    problem: isEmpty ? 'this says nothing' : `this is ${describeNode(root)}, but a layout has fields with values, one per line`,
    remedy: 'Write `profile: raid1`, for example. docs/layouts.md lists the fields.',
  };
}

/** A field without effect is a mistake: somebody thinks that it has one. */
function findIdleFields({ disks, diskSize, spares }: LayoutWishes, { diskSize: place }: FieldPlaces): readonly LocatedMistake[] {
  if (diskSize === undefined || place === undefined || !Array.isArray(disks) || (spares !== undefined && !Array.isArray(spares))) return [];
  if (spares === undefined) return [];
  return [
    {
      span: place.span,
      problem: 'diskSize: it has no effect, because every disk has its own size',
      remedy: 'Remove it, or give numbers of disks and spares instead of their sizes.',
    },
  ];
}

function findTogether(layout: ArrayLayout, places: FieldPlaces, root: LocatedNode): readonly LocatedMistake[] {
  const said = (setting: LayoutSetting, value?: string): string => (value === undefined ? setting : `\`${setting}: ${value}\``);
  return findLayoutMistakes(layout).map(({ settings, problem, remedy }) => {
    const blamed = settings.find((setting) => places[setting] !== undefined);
    const place = blamed === undefined ? undefined : places[blamed];
    const sentence = `${problem.charAt(0).toLowerCase()}${problem.slice(1)}`.replace(/\.$/u, '');
    return {
      span: (place ?? root).span,
      problem: blamed === undefined ? sentence : `${blamed}: ${sentence}`,
      remedy: remedy(said),
    };
  });
}
