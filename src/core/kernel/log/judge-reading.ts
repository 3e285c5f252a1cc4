import { isCrash } from '../trouble.ts';
import type { KernelLogReading } from './read-kernel-log.ts';
import type { KernelTroubleKind } from '../trouble.ts';

/**
 * The result of a log. `crashed`: the kernel did. `troubled`: it told of trouble and went on. `quiet`: lines of the kernel were understood, and
 * none tells of trouble. `unjudged`: nothing was understood, or something that may have been trouble was not.
 */
export type LogOutcome = 'crashed' | 'troubled' | 'quiet' | 'unjudged';

/** Judges a log by what was read of it. `isWhole`: it could be read to its end. */
export function judgeReading(reading: KernelLogReading, isWhole: boolean): LogOutcome {
  const kinds = new Set<string>([...reading.troubles.map(({ kind }) => kind), ...Object.keys(reading.untold)]);
  if ([...kinds].some((kind) => isCrash({ kind: kind as KernelTroubleKind }))) return 'crashed';
  if (!isWhole || kinds.has('fragment') || reading.doubtful.length > 0) return 'unjudged';
  if (kinds.size > 0) return 'troubled';
  return reading.kernelLines > 0 ? 'quiet' : 'unjudged';
}

/** Gives what several logs came to: the worst of theirs. */
export function worstOutcome(outcomes: readonly LogOutcome[]): LogOutcome {
  return (['crashed', 'unjudged', 'troubled'] as const).find((outcome) => outcomes.includes(outcome)) ?? 'quiet';
}
