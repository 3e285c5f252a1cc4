import { isCrash } from '../trouble.ts';
import type { KernelLogReading } from './read-kernel-log.ts';
import type { KernelTroubleKind } from '../trouble.ts';

/**
 * The result of a log. `crashed`: the kernel did. `troubled`: it reported trouble and went on. `quiet`: kernel lines were understood, and
 * none reports trouble. `unjudged`: nothing was understood, or something that may be trouble was not.
 */
export type LogOutcome = 'crashed' | 'troubled' | 'quiet' | 'unjudged';

/** Judges what was read of a log. `isWhole`: whether it could be read to its end. */
export function judgeReading(reading: KernelLogReading, isWhole: boolean): LogOutcome {
  const kinds = new Set<string>([...reading.troubles.map(({ kind }) => kind), ...Object.keys(reading.untold)]);
  if ([...kinds].some((kind) => isCrash({ kind: kind as KernelTroubleKind }))) return 'crashed';
  if (!isWhole || kinds.has('fragment') || reading.doubtful.length > 0) return 'unjudged';
  if (kinds.size > 0) return 'troubled';
  return reading.kernelLines > 0 ? 'quiet' : 'unjudged';
}

/** Gives the worst outcome of several logs. */
export function worstOutcome(outcomes: readonly LogOutcome[]): LogOutcome {
  return (['crashed', 'unjudged', 'troubled'] as const).find((outcome) => outcomes.includes(outcome)) ?? 'quiet';
}
