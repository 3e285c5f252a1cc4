import { exitCodes } from '../exit-code.ts';
import type { FailureDescription, FailureOf } from './description.ts';
import { describeMistakes } from './layout-file.ts';
import type { PlacedMistake } from './layout-file.ts';

/** Bundles, an archive, exported results or a matrix file cannot be read, or do not belong together: exit 64. */
export type CampaignFailure =
  | FailureOf<'usage', 'bad-bundle', { file: string; why: string }>
  /** `how` is a sentence that names both. */
  | FailureOf<'usage', 'bundles-differ', { how: string; remedy: string }>
  | FailureOf<'usage', 'bad-archive', { file: string; why: string }>
  | FailureOf<'usage', 'bad-export', { file: string; why: string }>
  | FailureOf<'usage', 'no-matrix-file', { file: string; why: string }>
  /** At least one mistake, in the order of the text. */
  | FailureOf<'usage', 'bad-matrix-file', { file: string; mistakes: readonly PlacedMistake[] }>;

/** Describes a failure of what is run in parts or often. */
export function describeCampaignFailure(failure: CampaignFailure): FailureDescription {
  const { usage } = exitCodes;
  switch (failure.reason) {
    case 'bundles-differ':
      return { exitCode: usage, what: failure.how, remedy: failure.remedy };
    case 'bad-bundle':
      return {
        exitCode: usage,
        what: `${failure.file} cannot be used as a bundle: ${failure.why}.`,
        remedy: 'A bundle is what `raidlab drill --reporter bundle=FILE` writes; docs/bundles.md describes it.',
      };
    case 'bad-archive':
      return {
        exitCode: usage,
        what: `${failure.file} cannot be used as an archive of results: ${failure.why}.`,
        remedy: 'Name another one with --archive FILE: a file that is not there yet is made.',
      };
    case 'bad-export':
      return {
        exitCode: usage,
        what: `${failure.file} cannot be used as exported results: ${failure.why}.`,
        remedy: '`raidlab results --export FILE` writes such a file; docs/results.md describes it.',
      };
    case 'no-matrix-file':
      return {
        exitCode: usage,
        what: `The matrix ${failure.file} cannot be read: ${failure.why}.`,
        remedy: 'examples/matrix.yaml is an example; options such as --drill and --kernel need no file.',
      };
    case 'bad-matrix-file':
      return describeMistakes(failure, { is: 'a matrix', page: 'docs/matrix.md' });
  }
}
