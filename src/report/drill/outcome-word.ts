import { exitCodes } from '../../core/exit-code.ts';
import type { Verdict } from '../../core/verdict/verdict.ts';
import type { DrillOutcome } from './drill-outcome.ts';
import type { Tone } from '../text/line.ts';

/** The result of a drill, in a word, with its mark and tone; in the order of a summary. */
export const outcomeStyles = {
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
} as const satisfies Readonly<Record<string, { readonly mark: string; readonly tone: Tone }>>;

/** A verdict, or why there is none. */
export type OutcomeWord = keyof typeof outcomeStyles;

/** All of them, in the order of a summary. */
export const outcomeWords = Object.keys(outcomeStyles) as readonly OutcomeWord[];

/** Gives what a drill came to in a word. */
export function wordOfOutcome({ verdict, surprises, startedAt, exitCode }: DrillOutcome): OutcomeWord {
  if (verdict !== null) return wordOfVerdict(verdict, surprises);
  // A drill that was cut off in its middle, by a second Ctrl-C, has no ending at all.
  if (exitCode === null) return startedAt === null ? 'not begun' : 'interrupted';
  return exitCode === exitCodes.interrupted ? 'interrupted' : 'failed';
}

/** Gives a verdict in a word: what came as expected is a success, and what did not is a surprise, whatever its verdict would be worth alone. */
export function wordOfVerdict(verdict: Verdict, surprises: readonly string[] | null): OutcomeWord {
  if (surprises === null) return verdict;
  if (surprises.length === 0) return 'as expected';
  // A crash is louder than a surprise, and what could not be judged cannot surprise.
  return verdict === 'held' || verdict === 'broken' ? 'surprise' : verdict;
}

/** Tells whether an outcome is one that nobody has to look at. */
export function isSuccess(word: OutcomeWord): boolean {
  return word === 'held' || word === 'as expected';
}
