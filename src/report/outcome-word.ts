import { exitCodes } from '../core/exit-code.ts';
import type { DrillOutcome } from './drill-outcome.ts';
import type { Tone } from './line.ts';

/** What a drill came to, in a word: its verdict, or why it has none. */
export type OutcomeWord =
  'held' | 'as expected' | 'surprise' | 'broken' | 'inconclusive' | 'crashed' | 'failed' | 'interrupted' | 'skipped' | 'not begun';

/** All of them, in the order of a summary. */
export const outcomeWords: readonly OutcomeWord[] = [
  'held',
  'as expected',
  'surprise',
  'broken',
  'inconclusive',
  'crashed',
  'failed',
  'interrupted',
  'skipped',
  'not begun',
];

/** The mark and the tone of each. */
export const outcomeStyles: Readonly<Record<OutcomeWord, { readonly mark: string; readonly tone: Tone }>> = {
  held: { mark: '✓', tone: 'good' },
  'as expected': { mark: '✓', tone: 'good' },
  surprise: { mark: '✗', tone: 'bad' },
  broken: { mark: '✗', tone: 'bad' },
  inconclusive: { mark: '?', tone: 'doubtful' },
  crashed: { mark: '!', tone: 'crashed' },
  failed: { mark: '!', tone: 'bad' },
  interrupted: { mark: '-', tone: 'doubtful' },
  skipped: { mark: '-', tone: 'quiet' },
  'not begun': { mark: '-', tone: 'quiet' },
};

/** Gives what a drill came to in a word. */
export function wordOfOutcome({ verdict, surprises, startedAt, exitCode }: DrillOutcome): OutcomeWord {
  if (verdict === 'held' || verdict === 'broken') return surprises === null ? verdict : surprises.length === 0 ? 'as expected' : 'surprise';
  if (verdict === 'crashed' && surprises?.length === 0) return 'as expected';
  if (verdict !== null) return verdict;
  // A drill that was cut off in its middle, by a second Ctrl-C, has no ending at all.
  if (exitCode === null) return startedAt === null ? 'not begun' : 'interrupted';
  return exitCode === exitCodes.interrupted ? 'interrupted' : 'failed';
}
