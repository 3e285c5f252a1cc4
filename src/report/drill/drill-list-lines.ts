import { blank, labelled, line, span } from '../text/line.ts';
import type { Line } from '../text/line.ts';

/** A drill as `raidlab drills --json` lists it. */
export interface DrillListing {
  readonly name: string;
  readonly isDefault: boolean;
  readonly promise: string;
  readonly story: string;
  /** How the trouble shows, in short. */
  readonly symptom: string;
  /** What people do instead, and what comes of it. */
  readonly wrongMoves: readonly string[];
  readonly layout: string;
  /** The named layouts that it is made for, beside its own; `--layout` takes them. */
  readonly layouts: readonly string[];
  readonly payloadBytes: number;
  readonly tags: readonly string[];
  /** What it cannot do without; elsewhere it is skipped. */
  readonly requires: readonly { readonly versions: string; readonly because: string }[];
  /** Versions of which something else than `held` is known. */
  readonly knowledge: readonly VersionListing[];
  /** The step with which a person who has this trouble begins; null: the first one after the last fault. */
  readonly repairFrom: string | null;
  /** What may be lost, in a sentence; null: nothing. */
  readonly mayLose: string | null;
  readonly steps: readonly { readonly name: string; readonly title: string; readonly phase: string; readonly skippable: boolean }[];
  /** Null for a demonstration. */
  readonly twin: TwinListing | null;
  readonly sources: readonly string[];
}

/** What is known of some versions. */
export interface VersionListing {
  /** `kernel >=5.14, btrfs-progs <6.6`. */
  readonly versions: string;
  readonly verdict: string;
  readonly because: string;
  readonly breaks: readonly string[];
  readonly source: string;
}

/** The deliberate mistake of a twin, which must come out `broken`. */
export interface TwinListing {
  readonly because: string;
  /** The checks that are broken then, names or globs. */
  readonly breaks: readonly string[];
  /** The step that is left out. */
  readonly skipStep: string | null;
  /** The steps in whose place something else is done. */
  readonly instead: readonly string[];
  /** The layout that cannot survive the fault. */
  readonly layout: string | null;
}

/** Gives the list of drills as a person reads it: promise, where it runs, steps by the names that `--skip-step` takes, twin. */
export function drillListLines(listing: readonly DrillListing[], program: string): readonly Line[] {
  return listing.flatMap((drill, index) => [
    ...(index === 0 ? [] : [blank]),
    line(0, [span(drill.name, 'strong'), ...(drill.isDefault ? [span('  the default', 'quiet')] : [])]),
    line(2, drill.promise),
    labelled('array', drill.layout),
    ...placeLines(drill),
    labelled('steps', drill.steps.map((step) => (step.skippable ? step.name : `(${step.name})`)).join(', ')),
    ...(drill.twin === null ? [] : [labelled('twin', `${formatWorse(drill.twin)}; breaks ${drill.twin.breaks.join(', ')}`)]),
    ...(index === listing.length - 1 ? [blank, ...endLines(program)] : []),
  ]);
}

function endLines(program: string): readonly Line[] {
  return [
    line(0, [span('Steps in brackets cannot be left out.', 'quiet')]),
    line(0, [span(`${program} drills show NAME explains one: story, commands, what not to do, sources.`, 'quiet')]),
  ];
}

/** Gives where a drill runs, by what it is found, what it needs, what may be lost in it, and of which versions something is known. */
export function placeLines({ layouts, tags, requires, mayLose, knowledge }: DrillListing): readonly Line[] {
  return [
    ...(layouts.length === 0 ? [] : [labelled('layouts', layouts.join(', '))]),
    labelled('tags', tags.join(', ')),
    ...requires.map(({ versions, because }) => labelled('needs', `${versions}: ${because}`)),
    ...(mayLose === null ? [] : [labelled('may be lost', mayLose, 'doubtful')]),
    ...knowledge.map(({ versions, verdict }) => labelled('known', `${verdict} on ${versions}`)),
  ];
}

/** Says how a twin differs from its drill. */
export function formatWorse({ skipStep, instead, layout }: TwinListing): string {
  return [
    ...(skipStep === null ? [] : [`without ${skipStep}`]),
    ...(instead.length === 0 ? [] : [`with a mistake in place of ${instead.join(', ')}`]),
    ...(layout === null ? [] : [`on ${layout}`]),
  ].join(', ');
}
