import { defaultLayout } from '../layout/layout.ts';
import { findLayoutMistakes } from '../layout/layout-mistakes.ts';
import type { ArrayLayout } from '../layout/layout.ts';
import { applyWishes } from '../layout/layout-wishes.ts';
import type { LayoutSetting, LayoutWishes } from '../layout/layout-wishes.ts';
import { nearestWord } from '../text/nearest-word.ts';
import { layoutFieldNames, layoutFields } from './layout-fields.ts';
import type { LocatedMistake, LocatedNode, MapNode } from './located-node.ts';
import { describeNode } from './located-node.ts';

/** The contents of a layout document, or all that is wrong with it, in the order of the text. */
export type ReadLayout =
  { readonly is: 'layout'; readonly layout: ArrayLayout } | { readonly is: 'wrong'; readonly mistakes: readonly LocatedMistake[] };

/** Where a field of a document stands: its name, and its value. */
type FieldPlaces = Partial<Readonly<Record<LayoutSetting, LocatedNode>>>;

/** Reads a layout from a document; missing fields are as in `defaultLayout`. Fields are checked alone first, then valid ones together. */
export function readLayout(root: LocatedNode): ReadLayout {
  if (root.is !== 'map') return { is: 'wrong', mistakes: [notFields(root)] };
  const { wishes, places, mistakes } = readFields(root);
  if (mistakes.length > 0) return { is: 'wrong', mistakes };
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

function readFields({ fields }: MapNode): {
  readonly wishes: LayoutWishes;
  readonly places: FieldPlaces;
  readonly mistakes: readonly LocatedMistake[];
} {
  const wishes: Record<string, unknown> = {};
  const places: Record<string, LocatedNode> = {};
  const mistakes: LocatedMistake[] = [];
  for (const { key, value } of fields) {
    const name = key.is === 'scalar' ? layoutFieldNames.find((each) => each === key.value) : undefined;
    if (name === undefined) {
      mistakes.push(unknownField(key));
      continue;
    }
    places[name] = value;
    const { kind } = layoutFields[name];
    if (value.is === 'scalar' && value.value === null) {
      mistakes.push({ span: key.span, problem: `${name} has no value`, remedy: `It must be ${kind.expected}; or remove it.` });
      continue;
    }
    const reading = kind.read(value, name);
    if (reading.is === 'read') wishes[name] = reading.value;
    else mistakes.push(...reading.mistakes);
  }
  return { wishes, places, mistakes };
}

function unknownField(key: LocatedNode): LocatedMistake {
  const typed = key.is === 'scalar' ? String(key.value) : describeNode(key);
  const nearest = nearestWord(typed, layoutFieldNames);
  const known = `The fields are: ${layoutFieldNames.join(', ')}.`;
  return {
    span: key.span,
    problem: `there is no field called "${typed}"`,
    remedy: nearest === undefined ? known : `Did you mean "${nearest}"? ${known}`,
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
