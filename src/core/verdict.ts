import { exitCodes } from './exit-code.ts';
import type { ExitCode } from './exit-code.ts';

/**
 * What a drill came to: `held` (its promise was kept), `broken` (a finding), `inconclusive` (could not be judged),
 * `crashed` (the kernel under test crashed).
 */
export type Verdict = 'held' | 'broken' | 'inconclusive' | 'crashed';

/** What one check came to. A check that could not be made is `inconclusive`, never `held`. */
export type CheckOutcome = 'held' | 'broken' | 'inconclusive';

/** One observation judged. */
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

/** Gives the exit code that stands for a verdict. */
export function exitCodeOfVerdict(verdict: Verdict): ExitCode {
  return exitCodes[verdict];
}
