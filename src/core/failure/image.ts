import { exitCodes } from '../exit-code.ts';
import type { FailureDescription } from './description.ts';

/** An image (kernel or tools) could not be built or is not usable: exit 69, or 64 when the person named a suite that does not exist. */
export type ImageFailure =
  | { readonly area: 'image'; readonly reason: 'unknown-suite'; readonly suite: string; readonly known: readonly string[] }
  | { readonly area: 'image'; readonly reason: 'build-failed'; readonly artefact: string; readonly argv: readonly string[]; readonly said: string }
  | { readonly area: 'image'; readonly reason: 'mirror-unreachable'; readonly suite: string; readonly argv: readonly string[]; readonly said: string };

/** Gives the words for an image failure. */
export function describeImageFailure(failure: ImageFailure): FailureDescription {
  switch (failure.reason) {
    case 'unknown-suite':
      return {
        exitCode: exitCodes.usage,
        what: `"${failure.suite}" is not a Debian suite that raidlab knows.`,
        remedy: `Suites: ${failure.known.join(', ')}.`,
      };
    case 'build-failed':
      return {
        exitCode: exitCodes.unavailable,
        what: `Building ${failure.artefact} failed.`,
        command: `host: ${failure.argv.join(' ')}`,
        said: failure.said,
        remedy: 'Read what it said; `raidlab doctor` checks the usual causes. What was half built has been removed.',
      };
    case 'mirror-unreachable':
      return {
        exitCode: exitCodes.unavailable,
        what: `The packages of ${failure.suite} could not be fetched.`,
        command: `host: ${failure.argv.join(' ')}`,
        said: failure.said,
        remedy: 'Check that `apt-get update` works on this machine (network, proxy, mirror), then type the command again.',
      };
  }
}
