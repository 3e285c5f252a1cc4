import { exitCodes } from '../exit-code.ts';
import type { ExitCode } from '../exit-code.ts';

/**
 * The result of a drill: `held` (its promise was kept), `broken` (a finding), `inconclusive` (could not be judged),
 * `crashed` (the kernel under test crashed), `skipped` (it is not made for this layout, kernel or tools).
 */
export type Verdict = 'held' | 'broken' | 'inconclusive' | 'crashed' | 'skipped';

/** The result of one check. A check that could not be made is `inconclusive`, never `held`. */
export type CheckOutcome = 'held' | 'broken' | 'inconclusive';

/** One judged observation. */
export interface Check {
  /** Stable kebab-case name: `profiles`, `leg-alone-devid-1`. */
  readonly name: string;
  /** What was asked, as a sentence a person can disagree with: "Every chunk has the profile raid1". */
  readonly claim: string;
  readonly outcome: CheckOutcome;
  /** What was seen, one fact per line; never empty. */
  readonly evidence: readonly string[];
}

/**
 * Gives the verdict of a set of checks: `broken` outweighs `inconclusive`, which outweighs `held`; no check at all is `inconclusive`.
 */
export function judgeChecks(checks: readonly Check[]): Verdict {
  if (checks.some((check) => check.outcome === 'broken')) return 'broken';
  if (checks.length === 0 || checks.some((check) => check.outcome === 'inconclusive')) return 'inconclusive';
  return 'held';
}

/** What determines a drill's exit code. */
export interface Judged {
  readonly verdict: Verdict;
  /** How it differs from what was expected; null when nothing but `held` was. */
  readonly surprises: readonly string[] | null;
}

/**
 * Gives the exit code of a drill. An expected result is a success, a surprise counts like a broken promise; a skipped drill is a success
 * unless `strict`: then nothing was judged.
 */
export function exitCodeOfDrill({ verdict, surprises }: Judged, strict: boolean): ExitCode {
  if (verdict === 'skipped') return strict ? exitCodes.inconclusive : exitCodes.held;
  if (surprises?.length === 0) return exitCodes.held;
  return surprises !== null && verdict === 'held' ? exitCodes.broken : exitCodes[verdict];
}
