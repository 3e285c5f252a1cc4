import { exitCodes } from '../exit-code.ts';
import type { FailureDescription, FailureOf } from './description.ts';

/** The console of a lab is not available (69). */
export type ConsoleFailure =
  | FailureOf<'lab', 'console-busy', { lab: string; pid: number | null }>
  /** Only the console leads into an installed system whose boot has not come far enough. */
  | FailureOf<'lab', 'not-begun', { lab: string; lastConsoleLines: readonly string[] }>
  /** `how` completes "…: ". */
  | FailureOf<'lab', 'console-missing', { lab: string; how: string }>;

/** Tells whether a failure is about a console. */
export function isConsoleFailure<F extends { readonly reason: string }>(failure: F): failure is Extract<F, ConsoleFailure> {
  return failure.reason === 'console-busy' || failure.reason === 'console-missing' || failure.reason === 'not-begun';
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
    case 'not-begun':
      return {
        exitCode,
        what: `The system of the lab ${failure.lab} has not begun, so nothing can be asked of it: its boot is not so far.`,
        ...(failure.lastConsoleLines.length === 0 ? {} : { said: failure.lastConsoleLines.join('\n') }),
        remedy: '`raidlab console` leads to where its boot is; `raidlab crash` cuts its power.',
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
