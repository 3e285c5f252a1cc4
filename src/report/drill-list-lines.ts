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
  readonly twin: { readonly skipStep: string; readonly because: string } | null;
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
    ...(drill.twin === null
      ? []
      : [labelled('twin', `${program} drill ${drill.name} --skip-step ${drill.twin.skipStep}: broken, because ${drill.twin.because}`)]),
    ...(index === listing.length - 1 ? [blank, line(0, [span('Steps in brackets cannot be left out.', 'quiet')])] : []),
  ]);
}
