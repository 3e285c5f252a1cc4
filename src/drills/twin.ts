import type { Expectation } from '../core/verdict/expectation.ts';
import type { Drill, Twin } from './drill.ts';

/** A drill with a deliberate mistake, and the result it must have. */
export interface TwinDrill {
  readonly drill: Drill;
  readonly skippedSteps: readonly string[];
  readonly expectation: Expectation;
}

/** Gives the twin of a drill as a drill. A replacement step without an original is a mistake in the twin. */
export function twinOf(drill: Drill, twin: Twin): TwinDrill {
  const { because, breaks, skipStep, instead = [], layout = drill.layout } = twin;
  const stray = instead.find((step) => drill.steps.every(({ name }) => name !== step.name));
  if (stray !== undefined) throw new Error(`the twin of ${drill.name} has a step ${stray.name} that takes the place of none`);
  return {
    // A twin whose layout is the mistake is made for no other layout.
    drill: {
      ...drill,
      layout,
      layouts: twin.layout === undefined ? drill.layouts : [],
      steps: drill.steps.map((step) => instead.find(({ name }) => name === step.name) ?? step),
    },
    skippedSteps: skipStep === undefined ? [] : [skipStep],
    expectation: { verdict: 'broken', because, breaks, source: null },
  };
}
