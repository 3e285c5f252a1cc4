import type { IncompleteKernel } from '../image/available-kernel.ts';
import { exitCodes } from '../exit-code.ts';
import { mirrorVariable, mirrorVariableOf } from '../image/mirrors.ts';
import type { FailureDescription, FailureOf } from './description.ts';
import { didYouMean, offerWords } from '../text/nearest-word.ts';

/** An image (kernel or tools) could not be built or is unusable: exit 69, or 64 for an unknown suite. */
export type ImageFailure =
  | FailureOf<'image', 'unknown-suite', { suite: string; known: readonly string[] }>
  /** `known`: the suites. */
  | FailureOf<'image', 'unknown-kernel', { kernel: string; known: readonly string[] }>
  | FailureOf<'image', 'kernel-not-cached', { kernel: string; known: readonly string[] }>
  | FailureOf<'image', 'version-not-found', MissingVersion>
  | FailureOf<'image', 'unusable-kernel-files', { hostPath: string; why: string; remedy: string }>
  | FailureOf<'image', 'build-failed', { artefact: string; argv: readonly string[]; said: string }>
  | FailureOf<'image', 'mirror-unreachable', { suite: string; hasNetwork: boolean; argv: readonly string[]; said: string }>
  | FailureOf<'image', 'mirror-unknown', { suite: string }>
  | FailureOf<'image', 'module-missing', { kernel: string; module: string }>
  /** `others`: suites whose tools run on it. */
  | FailureOf<'image', 'tools-too-new', { kernel: string; suite: string; oldestKernel: string; others: readonly string[] }>;

interface MissingVersion {
  readonly version: string;
  /** What the suites have, without the last number: `6.12`. Oldest first. */
  readonly known: readonly string[];
  /** A kernel that a suite names, but whose parts it lacks. */
  readonly partly?: IncompleteKernel;
  /** What could not be read. */
  readonly unread?: { readonly suites: readonly string[]; readonly said: string };
}

/** Describes an image failure. */
export function describeImageFailure(failure: ImageFailure): FailureDescription {
  switch (failure.reason) {
    case 'unknown-suite':
      return {
        exitCode: exitCodes.usage,
        what: `"${failure.suite}" is not a Debian suite that raidlab knows.`,
        remedy: offerWords(failure.suite, failure.known, 'Suites'),
      };
    case 'unknown-kernel':
      return {
        exitCode: exitCodes.usage,
        what: `"${failure.kernel}" is not a kernel.`,
        remedy: `${didYouMean(failure.kernel, failure.known)}A kernel is a Debian suite (${failure.known.join(', ')}), a version (6.12), .deb files separated by commas, or a directory with vmlinuz and modules, written with a slash (./linux).`,
      };
    case 'kernel-not-cached':
      return {
        exitCode: exitCodes.usage,
        what: `There is no kernel "${failure.kernel}" in the cache.`,
        remedy: failure.known.length === 0 ? 'There are none.' : offerWords(failure.kernel, failure.known, 'There are'),
      };
    case 'version-not-found':
      return describeVersionNotFound(failure);
    case 'unusable-kernel-files':
      return {
        exitCode: exitCodes.usage,
        what: `There is no usable kernel in ${failure.hostPath}: ${failure.why}.`,
        remedy: failure.remedy,
      };
    case 'build-failed':
      return {
        exitCode: exitCodes.unavailable,
        what: `Building ${failure.artefact} failed.`,
        command: `host: ${failure.argv.join(' ')}`,
        said: failure.said,
        remedy: 'Read its output; `raidlab doctor` checks the usual causes. The incomplete build has been removed.',
      };
    case 'mirror-unreachable':
      return {
        exitCode: exitCodes.unavailable,
        what: `The packages of ${failure.suite} could not be fetched${failure.hasNetwork ? '' : ': this host has no network'}.`,
        command: `host: ${failure.argv.join(' ')}`,
        said: failure.said,
        remedy: failure.hasNetwork ? remedyForMirror(failure.suite, failure.said) : remedyWithoutNetwork,
      };
    case 'mirror-unknown':
      return {
        exitCode: exitCodes.unavailable,
        what: `There is no Debian mirror among the package sources of this machine, and ${failure.suite} needs one.`,
        remedy: `Set ${mirrorVariable}, or ${mirrorVariableOf(failure.suite)} for this suite alone, to the address of a Debian mirror (its directory holds dists/ and pool/).`,
      };
    case 'module-missing':
      return {
        exitCode: exitCodes.unavailable,
        what: `The kernel ${failure.kernel} cannot run a machine: ${failure.module} is neither built in nor among its modules.`,
        remedy:
          'Use a kernel that has it, or build it in: a machine needs CONFIG_VIRTIO_PCI, CONFIG_VIRTIO_BLK, CONFIG_VIRTIO_CONSOLE, CONFIG_SCSI_VIRTIO (in CONFIG_SCSI_LOWLEVEL), CONFIG_EXT4_FS, CONFIG_BTRFS_FS and CONFIG_DM_CRYPT.',
      };
    case 'tools-too-new':
      return {
        exitCode: exitCodes.usage,
        what: `The tools of ${failure.suite} do not run on Linux ${failure.kernel}: they need ${failure.oldestKernel}.`,
        remedy:
          failure.others.length === 0
            ? 'Use older tools: --tools.'
            : `Use older tools: ${failure.others.map((suite) => `--tools ${suite}`).join(', ')}; without --tools raidlab chooses them itself.`,
      };
  }
}

function describeVersionNotFound({ version, known, partly, unread }: MissingVersion): FailureDescription {
  const lacks =
    partly === undefined
      ? ''
      : ` ${partly.suite} names ${partly.package} ${partly.version}, but no suite has ${partly.missing.join(' and ')}.`;
  const what = `No suite has a kernel ${version}.${lacks}`;
  const has = known.length === 0 ? 'They have none.' : `They have ${known.join(', ')}: \`raidlab kernels ls --available\` shows where.`;
  if (unread === undefined) return { exitCode: exitCodes.usage, what, remedy: has };
  // It may well be in what could not be read.
  return {
    exitCode: exitCodes.unavailable,
    what: `${what} The package lists of ${unread.suites.join(', ')} could not be read.`,
    said: unread.said,
    remedy: `${has} ${remedyForMirror(unread.suites[0] ?? '', unread.said)}`,
  };
}

const remedyWithoutNetwork =
  'The cache works without a network: `raidlab kernels ls` and `raidlab cache ls` list what is there. For anything else connect this host, then type the command again.';

/** A mirror that is behind, or an archive, is the person's own choice: expired data may lack months of security fixes. */
function remedyForMirror(suite: string, said: string): string {
  const variable = mirrorVariableOf(suite);
  if (/\bis expired\b/u.test(said)) {
    return `Use an up-to-date mirror, or accept this one as it is: ${variable}='[check-valid-until=no] http://…' (its address).`;
  }
  if (/\b404\b|does not have a Release file/u.test(said)) {
    return `The mirror does not have this suite. Set one that does: ${variable}='http://…'. Unsupported suites are on Debian's archive.`;
  }
  return 'Check that `apt-get update` works on this machine (network, proxy, mirror), then type the command again.';
}
