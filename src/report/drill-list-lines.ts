import { blank, labelled, line, span } from './line.ts';
import type { Line } from './line.ts';

/** A drill as `raidlab drills --json` lists it. */
export interface DrillListing {
  readonly name: string;
  readonly isDefault: boolean;
  readonly promise: string;
  readonly story: string;
  readonly layout: string;
  readonly payloadBytes: number;
  readonly steps: readonly { readonly name: string; readonly title: string; readonly phase: string; readonly skippable: boolean }[];
  /** Null for a demonstration. */
  readonly twin: { readonly because: string; readonly breaks: readonly string[]; readonly skipStep: string | null } | null;
  readonly tags: readonly string[];
  /** The named layouts that it is made for. */
  readonly layouts: readonly string[];
  readonly sources: readonly string[];
}

/** Gives the list of drills as a person reads it: promise, steps by the names that `--skip-step` takes, twin. */
export function drillListLines(listing: readonly DrillListing[], program: string): readonly Line[] {
  return listing.flatMap((drill, index) => [
    ...(index === 0 ? [] : [blank]),
    line(0, [span(drill.name, 'strong'), ...(drill.isDefault ? [span('  the default', 'quiet')] : [])]),
    line(2, drill.promise),
    labelled('array', drill.layout),
    labelled('steps', drill.steps.map((step) => (step.skippable ? step.name : `(${step.name})`)).join(', ')),
    ...(drill.twin === null ? [] : [labelled('twin', `${program} drill ${drill.name} --twin: broken, because ${drill.twin.because}`)]),
    ...(index === listing.length - 1 ? [blank, line(0, [span('Steps in brackets cannot be left out.', 'quiet')])] : []),
  ]);
}
