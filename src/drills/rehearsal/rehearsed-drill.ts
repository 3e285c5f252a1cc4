import type { RehearsedArray } from '../../core/facts/rehearsal/rehearsed-array.ts';
import { predictUsableBytes } from '../../core/layout/usable-space.ts';
import type { ArrayLayout } from '../../core/layout/layout.ts';
import { likeNamedLayout, whyNotOnParts } from '../applicability.ts';
import { replaceMissingDisk } from '../catalogue/replace-missing-disk.ts';
import type { Drill } from '../drill.ts';
import { promisingDrills } from '../registry.ts';
import { fillLike } from '../steps/fill-steps.ts';
import { convertStrayChunks, leaveStrayChunks } from './stray-chunks.ts';

/** The drill whose procedure a runbook has. */
export const rehearsedDrill: Drill = replaceMissingDisk;

/** Gives the drill of a runbook on a lab that is as full as the array, and has chunks of other profiles if the array has. */
export function rehearsedDrillOn({ layout, payloadBytes, filledShare, strays }: RehearsedArray): Drill {
  // The drill itself writes a quarter more while degraded.
  const restBytes = Math.floor(predictUsableBytes(layout) * filledShare) - payloadBytes;
  const more = [
    ...(restBytes <= 0 ? [] : [fillLike(restBytes)]),
    ...(strays === null ? [] : [leaveStrayChunks(strays), convertStrayChunks]),
  ];
  const steps = rehearsedDrill.steps.flatMap((step) => (step.name === 'write-payload' ? [step, ...more] : [step]));
  return { ...rehearsedDrill, steps };
}

/** A drill that is run besides, and on which payload. */
export interface FurtherDrill {
  readonly drill: Drill;
  readonly payloadBytes: number;
}

/** Gives the other drills that fit a lab: made for such a layout, encryption and bus, and their payload fits. */
export function furtherDrills(layout: ArrayLayout): readonly FurtherDrill[] {
  const asked = { is: 'file', file: 'the array', layout } as const;
  return promisingDrills()
    .filter((drill) => drill !== rehearsedDrill && likeNamedLayout(drill, asked) !== undefined && whyNotOnParts(drill, layout) === null)
    .filter(({ payloadBytes }) => fits(layout, payloadBytes))
    .map((drill) => ({ drill, payloadBytes: drill.payloadBytes }));
}

function fits(layout: ArrayLayout, payloadBytes: number): boolean {
  return payloadBytes <= predictUsableBytes(layout) / 2;
}
