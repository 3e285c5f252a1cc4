import { knownSeconds } from './known-durations.ts';

/** What a duration is predicted from. */
interface Predictable {
  readonly drill: string;
  readonly isTwin: boolean;
}

const allSeconds = Object.values(knownSeconds).toSorted((a, b) => a - b);
/** For drills that nobody has measured yet: a person's own. */
const usualSeconds = allSeconds[Math.floor(allSeconds.length / 2)] ?? 60;

/**
 * Predicts how long a drill takes on the machine on which the catalogue was measured, milliseconds; what is unknown takes as long as most.
 * Depends on nothing but the name: the same on every host, so that all of them split a run in the same way.
 */
export function predictDuration({ drill, isTwin }: Predictable): number {
  return 1000 * (knownSeconds[isTwin ? `${drill}-twin` : drill] ?? usualSeconds);
}
