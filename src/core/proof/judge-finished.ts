import type { Check } from '../verdict/verdict.ts';

/** Judges whether nothing that was begun on the array still waits: an array is as it looks only when its work is done. */
export function judgeFinished(unfinished: readonly string[]): Check {
  return {
    name: 'finished',
    claim: 'No balance, replace, scrub or reencryption is left unfinished',
    outcome: unfinished.length === 0 ? 'held' : 'broken',
    evidence: unfinished.length === 0 ? ['none is running, paused or suspended'] : unfinished,
  };
}
