import { exitCodes } from '../exit-code.ts';
import type { FailureDescription, FailureOf } from './description.ts';

/** A person's own drill cannot be used or created: exit 64. */
export type DrillFileFailure =
  | FailureOf<'usage', 'no-drill-file', { file: string; why: string }>
  /** `place` is the file and the position in it: `./my-drill.ts:12:3`; `said` the source there, or nothing. */
  | FailureOf<'usage', 'bad-drill-file', { place: string; problem: string; said: string }>
  | FailureOf<'usage', 'file-exists', { file: string }>;

/** Describes a failure of a drill file. */
export function describeDrillFileFailure(failure: DrillFileFailure): FailureDescription {
  const { usage } = exitCodes;
  switch (failure.reason) {
    case 'no-drill-file':
      return {
        exitCode: usage,
        what: `The drill ${failure.file} cannot be read: ${failure.why}.`,
        remedy:
          'A word with a slash in it, or that ends in .ts, .mts, .js or .mjs, is a file. `raidlab drills` lists the drills that come with raidlab.',
      };
    case 'bad-drill-file':
      return {
        exitCode: usage,
        what: `${failure.place}: ${failure.problem}${/[.!?]$/u.test(failure.problem) ? '' : '.'}`,
        ...(failure.said === '' ? {} : { said: failure.said }),
        remedy: 'Fix the file, or start from one that runs: `raidlab new drill NAME`.',
      };
    case 'file-exists':
      return {
        exitCode: usage,
        what: `${failure.file} already exists.`,
        remedy: 'Choose another name or another --directory: nothing is overwritten.',
      };
  }
}
