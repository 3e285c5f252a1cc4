import { exitCodes } from '../exit-code.ts';
import type { FailureDescription, FailureOf } from './description.ts';

/** The console of a lab is not available (69). */
export type ConsoleFailure =
  | FailureOf<'lab', 'console-busy', { lab: string; pid: number | null }>
  /** `how` completes "…: ". */
  | FailureOf<'lab', 'console-missing', { lab: string; how: string }>;

/** Tells whether a failure is about a console. */
export function isConsoleFailure<F extends { readonly reason: string }>(failure: F): failure is Extract<F, ConsoleFailure> {
  return failure.reason === 'console-busy' || failure.reason === 'console-missing';
}

/** Describes a failure about a console. */
export function describeConsoleFailure(failure: ConsoleFailure): FailureDescription {
  const exitCode = exitCodes.unavailable;
  switch (failure.reason) {
    case 'console-busy':
      return {
        exitCode,
        what: `Another raidlab${failure.pid === null ? '' : ` (process ${String(failure.pid)})`} is using the console of the lab ${failure.lab}.`,
        remedy:
          'Only one can use it: leave it there with Ctrl-]. `raidlab ssh` works many times at once, and `raidlab logs -f` shows kernel messages.',
      };
    case 'console-missing':
      return {
        exitCode,
        what: `The console of the lab ${failure.lab} cannot be reached: ${failure.how}.`,
        remedy:
          'Try again; if an older raidlab turned the lab on, type `raidlab reload` first. `raidlab logs -f` shows its kernel messages.',
      };
  }
}
