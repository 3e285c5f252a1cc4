import { exitCodes } from '../core/exit-code.ts';
import type { DrillOutcome } from './drill-outcome.ts';
import type { Tone } from './line.ts';

/** What a drill came to, in a word: its verdict, or why it has none. */
export type OutcomeWord = 'held' | 'broken' | 'inconclusive' | 'crashed' | 'failed' | 'interrupted' | 'not begun';

/** All of them, in the order of a summary. */
export const outcomeWords: readonly OutcomeWord[] = ['held', 'broken', 'inconclusive', 'crashed', 'failed', 'interrupted', 'not begun'];

/** The mark and the tone of each. */
export const outcomeStyles: Readonly<Record<OutcomeWord, { readonly mark: string; readonly tone: Tone }>> = {
  held: { mark: '✓', tone: 'good' },
  broken: { mark: '✗', tone: 'bad' },
  inconclusive: { mark: '?', tone: 'doubtful' },
  crashed: { mark: '!', tone: 'crashed' },
  failed: { mark: '!', tone: 'bad' },
  interrupted: { mark: '-', tone: 'doubtful' },
  'not begun': { mark: '-', tone: 'quiet' },
};

/** Gives what a drill came to in a word. */
export function wordOfOutcome({ verdict, startedAt, exitCode }: DrillOutcome): OutcomeWord {
  if (verdict !== null) return verdict;
  // A drill that was cut off in its middle, by a second Ctrl-C, has no ending at all.
  if (exitCode === null) return startedAt === null ? 'not begun' : 'interrupted';
  return exitCode === exitCodes.interrupted ? 'interrupted' : 'failed';
}
