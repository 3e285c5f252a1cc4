import type { Expectation } from '../../core/verdict/expectation.ts';
import { labelled } from '../text/line.ts';
import type { Line } from '../text/line.ts';

/** What had to come of a drill, and how what came differs from it. */
export interface ExpectationFacts {
  readonly expectation: Expectation | null;
  readonly surprises: readonly string[] | null;
}

/**
 * Gives what was expected of a drill, and who says so; of a surprise also why it was expected. None where nothing but `held` was.
 * The summary of the verdict, which stands before them, says the rest.
 */
export function expectationLines({ expectation, surprises }: ExpectationFacts): readonly Line[] {
  if (expectation === null || surprises === null) return [];
  return [
    labelled('expected', formatExpected(expectation), surprises.length > 0 ? 'bad' : 'plain'),
    ...(surprises.length > 0 ? [labelled('because', expectation.because)] : []),
    labelled('source', sourceOf(expectation)),
  ];
}

/** Gives what is expected in a few words: `broken: profiles, leg-alone-*`. */
export function formatExpected({ verdict, breaks }: Expectation): string {
  return breaks.length === 0 ? verdict : `${verdict}: ${breaks.join(', ')}`;
}

/** Gives who says what is expected; a twin is built to break, and says it of itself. */
export function sourceOf({ source }: Expectation): string {
  return source ?? 'the drill itself: this is its twin';
}
