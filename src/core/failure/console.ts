import { exitCodes } from '../exit-code.ts';
import type { FailureDescription } from './description.ts';

/** The console of a lab cannot be had (69). */
export type ConsoleFailure =
  | { readonly area: 'lab'; readonly reason: 'console-busy'; readonly lab: string; readonly pid: number | null }
  /** `how` completes "…: ". */
  | { readonly area: 'lab'; readonly reason: 'console-missing'; readonly lab: string; readonly how: string };

/** Tells whether a failure is about a console. */
export function isConsoleFailure<F extends { readonly reason: string }>(failure: F): failure is Extract<F, ConsoleFailure> {
  return failure.reason === 'console-busy' || failure.reason === 'console-missing';
}

/** Gives the words for a failure about a console. */
export function describeConsoleFailure(failure: ConsoleFailure): FailureDescription {
  const exitCode = exitCodes.unavailable;
  switch (failure.reason) {
    case 'console-busy':
      return {
        exitCode,
        what: `Another raidlab${failure.pid === null ? '' : ` (process ${String(failure.pid)})`} is at the console of the lab ${failure.lab}.`,
        remedy:
          'There is room for one: leave it there with Ctrl-]. `raidlab ssh` has room for many, `raidlab logs -f` shows what the kernel says.',
      };
    case 'console-missing':
      return {
        exitCode,
        what: `The console of the lab ${failure.lab} cannot be reached: ${failure.how}.`,
        remedy:
          'Type it again; if an older raidlab turned the lab on, `raidlab reload` first. `raidlab logs -f` shows what its kernel says.',
      };
  }
}
