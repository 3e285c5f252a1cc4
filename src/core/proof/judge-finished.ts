import type { Check } from '../verdict/verdict.ts';

/** Judges whether no work on the array is left unfinished: only then is the array what it looks like. */
export function judgeFinished(unfinished: readonly string[]): Check {
  return {
    name: 'finished',
    claim: 'No balance, replace, scrub or reencryption is left unfinished',
    outcome: unfinished.length === 0 ? 'held' : 'broken',
    evidence: unfinished.length === 0 ? ['none is running, paused or suspended'] : unfinished,
  };
}
