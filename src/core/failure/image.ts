import { exitCodes } from '../exit-code.ts';
import type { FailureDescription } from './description.ts';

/** An image (kernel or tools) could not be built or is not usable: exit 69, or 64 when the person named a suite that does not exist. */
export type ImageFailure =
  | {
      readonly area: 'image';
      readonly reason: 'unknown-suite';
      readonly suite: string;
      readonly known: readonly string[];
      readonly nearest?: string;
    }
  | {
      readonly area: 'image';
      readonly reason: 'build-failed';
      readonly artefact: string;
      readonly argv: readonly string[];
      readonly said: string;
    }
  | {
      readonly area: 'image';
      readonly reason: 'mirror-unreachable';
      readonly suite: string;
      readonly argv: readonly string[];
      readonly said: string;
    }
  | { readonly area: 'image'; readonly reason: 'mirror-unknown'; readonly suite: string }
  | { readonly area: 'image'; readonly reason: 'module-missing'; readonly kernel: string; readonly module: string };

/** Gives the words for an image failure. */
export function describeImageFailure(failure: ImageFailure): FailureDescription {
  switch (failure.reason) {
    case 'unknown-suite':
      return {
        exitCode: exitCodes.usage,
        what: `"${failure.suite}" is not a Debian suite that raidlab knows.`,
        remedy: `${failure.nearest === undefined ? '' : `Did you mean "${failure.nearest}"? `}Suites: ${failure.known.join(', ')}.`,
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
    case 'mirror-unknown':
      return {
        exitCode: exitCodes.unavailable,
        what: `There is no Debian mirror among the package sources of this machine, and ${failure.suite} needs one.`,
        remedy: 'Set RAIDLAB_MIRROR to the address of a Debian mirror (its directory holds dists/ and pool/).',
      };
    case 'module-missing':
      return {
        exitCode: exitCodes.unavailable,
        what: `The kernel ${failure.kernel} cannot run a machine: ${failure.module} is neither built in nor among its modules.`,
        remedy:
          'Use a kernel that has it, or build it in: CONFIG_VIRTIO_PCI, CONFIG_VIRTIO_BLK, CONFIG_VIRTIO_CONSOLE, CONFIG_EROFS_FS, CONFIG_EXT4_FS, CONFIG_OVERLAY_FS.',
      };
  }
}
