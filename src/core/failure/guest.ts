import { exitCodes } from '../exit-code.ts';
import { formatSize } from '../text/size.ts';
import { formatTimeLimit, longerLimitsRemedy } from '../text/time-limit.ts';
import type { TimeLimit } from '../text/time-limit.ts';
import type { FailureDescription, FailureOf } from './description.ts';

/** A command in the guest ended in an unexpected way, or its output cannot be judged: exit 2. */
export type GuestFailure =
  | FailureOf<'guest', 'command-failed', { machine: string; argv: readonly string[]; exitCode: number; said: string }>
  | FailureOf<'guest', 'command-timed-out', { machine: string; argv: readonly string[]; limit: TimeLimit }>
  | FailureOf<'guest', 'output-not-understood', { machine: string; argv: readonly string[]; message: string }>
  | FailureOf<'guest', 'output-too-long', { machine: string; argv: readonly string[]; limitBytes: number }>;

/** Describes a guest failure. */
export function describeGuestFailure(failure: GuestFailure): FailureDescription {
  const { inconclusive } = exitCodes;
  switch (failure.reason) {
    case 'command-failed':
      return {
        exitCode: inconclusive,
        what: `A command in the guest ended with exit ${String(failure.exitCode)}, and the procedure cannot go on.`,
        command: `guest ${failure.machine}: ${failure.argv.join(' ')}`,
        said: failure.said,
        remedy: 'The full transcript is in the run directory.',
      };
    case 'command-timed-out':
      return {
        exitCode: inconclusive,
        what: `A command in the guest did not end within ${formatTimeLimit(failure.limit)}.`,
        command: `guest ${failure.machine}: ${failure.argv.join(' ')}`,
        remedy: `The console log in the run directory may say why. ${longerLimitsRemedy(failure.limit)}`,
      };
    case 'output-not-understood':
      return {
        exitCode: inconclusive,
        what: `A command in the guest printed something that raidlab does not understand, so it cannot be judged.`,
        command: `guest ${failure.machine}: ${failure.argv.join(' ')}`,
        said: failure.message,
        remedy: 'Please report it with the run directory: the parser needs this version of the tool.',
      };
    case 'output-too-long':
      return {
        exitCode: inconclusive,
        what: `A command in the guest wrote more than ${formatSize(failure.limitBytes)} and was ended. Incomplete output cannot be judged.`,
        command: `guest ${failure.machine}: ${failure.argv.join(' ')}`,
        remedy: 'Make it print less, or let it write to a file in the guest.',
      };
  }
}
