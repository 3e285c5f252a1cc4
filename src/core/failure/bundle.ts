import { exitCodes } from '../exit-code.ts';
import type { FailureDescription, FailureOf } from './description.ts';

/** Bundles or an archive cannot be read, or do not belong together: exit 64. */
export type BundleFailure =
  | FailureOf<'usage', 'bad-bundle', { file: string; why: string }>
  /** `how` is a sentence that names both. */
  | FailureOf<'usage', 'bundles-differ', { how: string; remedy: string }>
  | FailureOf<'usage', 'bad-archive', { file: string; why: string }>;

/** Describes a failure of bundles. */
export function describeBundleFailure(failure: BundleFailure): FailureDescription {
  const { usage } = exitCodes;
  if (failure.reason === 'bundles-differ') return { exitCode: usage, what: failure.how, remedy: failure.remedy };
  if (failure.reason === 'bad-archive') {
    return {
      exitCode: usage,
      what: `${failure.file} cannot be used as an archive of results: ${failure.why}.`,
      remedy: 'Name another one with --archive FILE: a file that is not there yet is made.',
    };
  }
  return {
    exitCode: usage,
    what: `${failure.file} cannot be used as a bundle: ${failure.why}.`,
    remedy: 'A bundle is what `raidlab drill --reporter bundle=FILE` writes; docs/bundles.md describes it.',
  };
}
