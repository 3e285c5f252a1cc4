import { initramfsMakers } from '../../core/boot/initramfs-maker.ts';
import { buses, defaultLayout, encryptions, sectorSizes } from '../../core/layout/layout.ts';
import type { ArrayLayout } from '../../core/layout/layout.ts';
import { checkLayout } from '../../core/layout/layout-mistakes.ts';
import { profiles } from '../../core/layout/profile.ts';
import { layoutNames } from '../../core/layout/named-layout.ts';
import { satisfies } from '../../core/image/version-range.ts';
import type { Drill, Step } from '../drill.ts';
import { findShapeMistakes, isRecord, kinds, listOf, oneOf, optional } from './shape.ts';
import type { Shape } from './shape.ts';

const drillShape: Shape = {
  name: kinds.name,
  promise: kinds.sentence,
  story: kinds.text,
  symptom: optional(kinds.text),
  wrongMoves: optional(kinds.texts),
  sources: kinds.texts,
  tags: kinds.names,
  system: optional(oneOf(['installed'])),
  initramfs: optional(oneOf(initramfsMakers)),
  forInitramfs: optional(kinds.function),
  hasBootDisk: optional(kinds.flag),
  layout: kinds.record,
  layouts: listOf(layoutNames),
  onBareDisks: optional(kinds.flag),
  requires: optional(kinds.records),
  knowledge: optional(kinds.records),
  payloadBytes: kinds.bytes,
  steps: kinds.records,
  mayLose: optional(kinds.text),
  losesAny: optional(kinds.flag),
  repairFrom: optional(kinds.name),
  proof: oneOf(['full', 'none']),
  twin: { expected: 'the twin, or null for a demonstration', accepts: (value) => value === null || isRecord(value) },
};

const stepShape: Shape = {
  name: kinds.name,
  title: kinds.text,
  phase: oneOf(['build', 'fault', 'repair']),
  skippable: kinds.flag,
  isForProof: optional(kinds.flag),
  plan: kinds.function,
  run: kinds.function,
};

const layoutShape: Shape = {
  memberSizesBytes: kinds.sizes,
  spareSizesBytes: kinds.sizes,
  profile: oneOf(profiles),
  kdf: oneOf(['fast', 'real']),
  bus: optional(oneOf(buses)),
  partitions: optional(kinds.flag),
  encryption: optional(oneOf(encryptions)),
  cipher: optional({ expected: 'a cipher, or null', accepts: (value) => value === null || kinds.text.accepts(value) }),
  sectorSize: optional({
    expected: `${sectorSizes.join(', ')} or null`,
    accepts: (value) => value === null || sectorSizes.some((size) => size === value),
  }),
  mkfsOptions: optional(kinds.texts),
  mountOptions: optional(kinds.texts),
  metadataProfile: optional({
    expected: `${profiles.join(', ')} or null`,
    accepts: (value) => value === null || profiles.some((profile) => profile === value),
  }),
  label: optional(kinds.text),
  mountPoint: optional(kinds.text),
  subvolumes: optional(kinds.records),
  nodatacow: optional(kinds.texts),
  quota: optional(kinds.flag),
  snapshot: optional(kinds.flag),
};

const scope = { kernel: optional(kinds.text), tools: optional(kinds.text), layout: optional(oneOf(layoutNames)) };
const requirementShape: Shape = {
  ...scope,
  encryption: optional(listOf(encryptions)),
  buses: optional(listOf(buses)),
  because: kinds.text,
};
const knowledgeShape: Shape = {
  ...scope,
  verdict: oneOf(['held', 'broken', 'crashed']),
  because: kinds.text,
  breaks: kinds.texts,
  crashesIn: optional(kinds.text),
  source: kinds.text,
};

const twinShape: Shape = {
  because: kinds.text,
  breaks: kinds.texts,
  skipStep: optional(kinds.name),
  instead: optional(kinds.records),
  layout: optional(kinds.record),
};

/**
 * Gives what is wrong with a value that should be a drill, one sentence each; empty when it is one. Fields and types come first; only
 * valid fields are checked together.
 */
export function findDrillMistakes(value: unknown): readonly string[] {
  if (!isRecord(value)) return ['a drill is an object with a name, a promise, steps and so on.'];
  const fields = findShapeMistakes(value, drillShape, '');
  if (fields.length > 0) return fields;
  // Its fields have been checked: their content is checked next.
  const drill = value as unknown as Drill;
  const inner = [
    ...drill.steps.flatMap((step, index) => findShapeMistakes(recordOf(step), stepShape, `${placeOf(step, index)}: `)),
    ...findShapeMistakes(recordOf(drill.layout), layoutShape, 'layout.'),
    ...(drill.requires ?? []).flatMap((each, index) => findShapeMistakes(recordOf(each), requirementShape, `requires[${String(index)}].`)),
    ...(drill.knowledge ?? []).flatMap((each, index) => findShapeMistakes(recordOf(each), knowledgeShape, `knowledge[${String(index)}].`)),
    ...findTwinShapeMistakes(drill),
  ];
  return inner.length > 0 ? inner : [...findStepMistakes(drill.steps), ...findTwinMistakes(drill), ...findValueMistakes(drill)];
}

function findTwinShapeMistakes({ twin }: Drill): readonly string[] {
  if (twin === null) return [];
  return [
    ...findShapeMistakes(recordOf(twin), twinShape, 'twin.'),
    ...(twin.layout === undefined ? [] : findShapeMistakes(recordOf(twin.layout), layoutShape, 'twin.layout.')),
    ...(twin.instead ?? []).flatMap((step, index) => findShapeMistakes(recordOf(step), stepShape, `twin.instead[${String(index)}].`)),
  ];
}

function findStepMistakes(steps: readonly Step[]): readonly string[] {
  const names = steps.map((step) => step.name);
  const firstOther = steps.findIndex((step) => step.phase !== 'build');
  return [
    ...(steps.length === 0 ? ['steps is an empty list: a drill does something.'] : []),
    ...names
      .filter((name, index) => names.indexOf(name) !== index)
      .map((name) => `two steps are called ${name}: each has a name of its own.`),
    ...steps.flatMap((step, index) => {
      if (step.phase !== 'build') return [];
      const place = placeOf(step, index);
      if (step.skippable) return [`${place}: it builds and is skippable, but without it there is nothing to break.`];
      return firstOther === -1 || index < firstOther ? [] : [`${place}: it builds after a step that does not: build steps come first.`];
    }),
  ];
}

function findTwinMistakes({ twin, steps }: Drill): readonly string[] {
  if (twin === null) return [];
  const { skipStep, instead = [], layout, breaks } = twin;
  const skipped = steps.find((step) => step.name === skipStep);
  const names = steps.map((step) => step.name).join(', ');
  return [
    ...(skipStep === undefined && instead.length === 0 && layout === undefined
      ? ['twin changes nothing: it needs a skipStep, steps in instead, or a layout.']
      : []),
    ...(breaks.length === 0 ? ['twin.breaks is an empty list: it must name the checks that are broken.'] : []),
    ...(skipStep !== undefined && skipped === undefined ? [`twin.skipStep names no step: "${skipStep}" is none of ${names}.`] : []),
    ...(skipped?.skippable === false ? [`twin.skipStep names ${skipped.name}, which is not skippable.`] : []),
    ...instead
      .filter(({ name }) => steps.every((step) => step.name !== name))
      .map(({ name }) => `twin.instead has a step ${name} that replaces none: the steps are ${names}.`),
  ];
}

/** Gives a layout with defaults for missing fields: such layouts were complete before these fields existed. */
export function completeLayout(layout: Partial<ArrayLayout>): ArrayLayout {
  return { ...defaultLayout, ...layout };
}

/** Checks what raidlab's own code refuses: impossible layouts, unreadable ranges. */
function findValueMistakes(drill: Drill): readonly string[] {
  const ranges = [...(drill.requires ?? []), ...(drill.knowledge ?? [])].flatMap(({ kernel, tools }) =>
    [kernel, tools].filter((range) => range !== undefined),
  );
  return [
    ...mistakeIn('layout: ', () => {
      checkLayout(completeLayout(drill.layout));
    }),
    ...mistakeIn('twin.layout: ', () => {
      if (drill.twin?.layout !== undefined) checkLayout(completeLayout(drill.twin.layout));
    }),
    ...ranges.flatMap((range) => mistakeIn('', () => satisfies('6.12', range))),
  ];
}

function mistakeIn(prefix: string, act: () => unknown): readonly string[] {
  try {
    act();
    return [];
  } catch (error) {
    return [`${prefix}${error instanceof Error ? error.message : String(error)}`];
  }
}

function placeOf(step: Step, index: number): string {
  const { name } = step as { readonly name?: unknown };
  return typeof name === 'string' ? `step ${name}` : `steps[${String(index)}]`;
}

/** By their types these are objects; what a person wrote was checked before. */
function recordOf(value: object): Readonly<Record<string, unknown>> {
  return value as Readonly<Record<string, unknown>>;
}
