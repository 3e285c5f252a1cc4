import { matchesGlob } from './glob.ts';
import type { Check, Verdict } from './verdict.ts';

/**
 * What a drill must come to where that is something else than `held`: a twin is built to break, and of some kernels or tools
 * it is known. To come to something else is a surprise, in either direction.
 */
export interface Expectation {
  readonly verdict: 'held' | 'broken' | 'crashed';
  /** Why, in one sentence. */
  readonly because: string;
  /** The checks that must be broken for it to be broken for this reason: names, or globs of which one must match. */
  readonly breaks: readonly string[];
  /** Who says so: a page, a commit, a measurement. Null for a twin, which says it of itself. */
  readonly source: string | null;
}

/** Gives what differs from what was expected, a sentence each; none when it came as expected. */
export function findSurprises(expectation: Expectation, verdict: Verdict, checks: readonly Check[]): readonly string[] {
  if (verdict !== expectation.verdict) return [`expected ${expectation.verdict}, was ${verdict}`];
  const broken = checks.filter((check) => check.outcome === 'broken').map((check) => check.name);
  return expectation.breaks
    .filter((pattern) => !broken.some((name) => matchesGlob(pattern, name)))
    .map((pattern) => `expected ${pattern} to be broken, and it is not: broken are ${broken.join(', ') || 'none'}`);
}
