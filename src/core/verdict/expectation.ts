import { matchesGlob } from '../text/glob.ts';
import type { KernelTrouble } from '../kernel/trouble.ts';
import type { Check, Verdict } from './verdict.ts';

/**
 * What a drill must come to if not `held`: a twin is made to break, and some kernels or tools are known to. Any other result is a
 * surprise, in either direction.
 */
export interface Expectation {
  readonly verdict: 'held' | 'broken' | 'crashed';
  /** Why, in one sentence. */
  readonly because: string;
  /** The checks that must be broken if it is broken for this reason: names, or globs with at least one match. */
  readonly breaks: readonly string[];
  /** The function that a crash must be in, at its top or in its trace: a kernel may crash for many reasons. */
  readonly crashesIn?: string;
  /** The source: a page, a commit, a measurement. Null for a twin, which explains itself. */
  readonly source: string | null;
}

/** Says how a result differs from what was expected, one sentence each; empty when it does not. */
export function findSurprises(
  expectation: Expectation,
  verdict: Verdict,
  checks: readonly Check[],
  trouble: KernelTrouble | null = null,
): readonly string[] {
  if (verdict !== expectation.verdict) return [`expected ${expectation.verdict}, was ${verdict}`];
  const { crashesIn } = expectation;
  if (crashesIn !== undefined && !crashPlaces(trouble).includes(crashesIn)) {
    return [`expected a crash in ${crashesIn}, and it was in ${trouble?.at?.function ?? 'a place that the kernel did not say'}`];
  }
  const broken = checks.filter((check) => check.outcome === 'broken').map((check) => check.name);
  return expectation.breaks
    .filter((pattern) => !broken.some((name) => matchesGlob(pattern, name)))
    .map((pattern) => `expected ${pattern} to be broken, and it is not: broken are ${broken.join(', ') || 'none'}`);
}

function crashPlaces(trouble: KernelTrouble | null): readonly string[] {
  if (trouble === null) return [];
  return [...(trouble.at === null ? [] : [trouble.at.function]), ...trouble.trace.map((entry) => entry.function)];
}
