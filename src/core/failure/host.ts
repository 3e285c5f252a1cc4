import { exitCodes } from '../exit-code.ts';
import { formatTimeLimit, longerLimitsRemedy } from '../text/time-limit.ts';
import type { TimeLimit } from '../text/time-limit.ts';
import type { FailureDescription, FailureOf } from './description.ts';
import { describeLacks } from './lacks.ts';
import type { LacksFailure } from './lacks.ts';
import { describeSlurmFailure, isSlurmFailure } from './slurm.ts';
import type { SlurmFailure } from './slurm.ts';

/** The host lacks something (exit 69), raidlab was interrupted (130), or raidlab itself is at fault (70). */
export type HostFailure =
  | FailureOf<'host', 'program-missing', { program: string; purpose: string }>
  | LacksFailure
  | SlurmFailure
  | FailureOf<'host', 'qemu-too-old', { found: string; needed: string }>
  | FailureOf<'host', 'command-failed', { argv: readonly string[]; exitCode?: number; signal?: string; said: string }>
  | FailureOf<'host', 'disk-full', { hostPath: string; doing: string }>
  | FailureOf<'host', 'not-writable', { hostPath: string; purpose: string; said: string }>
  /** `unfit`: each candidate directory with what is wrong with it. */
  | FailureOf<'host', 'no-open-directory', { unfit: readonly string[] }>
  | FailureOf<'host', 'wait-timed-out', { waitingFor: string; limit: TimeLimit; lastSeen: string }>
  /** `uses`: each cache entry with its user, `kernel-da422af7 by process 4711`. */
  | FailureOf<'host', 'entry-in-use', { uses: readonly string[] }>
  | FailureOf<'host', 'matrix-busy', { matrix: string; pid: number }>
  | FailureOf<'host', 'interrupted', { signal: string }>
  | FailureOf<'host', 'internal', { message: string }>;

/** Describes a host failure. */
export function describeHostFailure(failure: HostFailure): FailureDescription {
  if (failure.reason === 'lacks') return describeLacks(failure);
  if (failure.reason === 'matrix-busy') return describeBusyMatrix(failure);
  if (isSlurmFailure(failure)) return describeSlurmFailure(failure);
  const { unavailable, internal, interrupted } = exitCodes;
  switch (failure.reason) {
    case 'program-missing':
      return {
        exitCode: unavailable,
        what: `${failure.program} is not installed; it is needed to ${failure.purpose}.`,
        remedy: 'Run `raidlab doctor`: it names the package and the command that installs it.',
      };
    case 'qemu-too-old':
      return {
        exitCode: unavailable,
        what: `QEMU ${failure.found} is too old: before ${failure.needed} its software emulation corrupts some guests, and a crash caused by the emulator must not be reported as a finding.`,
        remedy:
          'Install QEMU 10 or later (on Debian 12 from bookworm-backports), or use a host where KVM works; `raidlab doctor` prints the command.',
      };
    case 'command-failed':
      return {
        exitCode: unavailable,
        what: `A command on this host failed (${failure.signal ?? `exit ${String(failure.exitCode)}`}).`,
        command: `host: ${failure.argv.join(' ')}`,
        said: failure.said,
        remedy: 'Read its output; `raidlab doctor` checks the usual causes.',
      };
    case 'disk-full':
      return {
        exitCode: unavailable,
        what: `No space left on the disk that holds ${failure.hostPath}, while ${failure.doing}.`,
        remedy: 'Free some space, or use a larger disk: XDG_CACHE_HOME moves the cache, TMPDIR unpacked files, --output the results.',
      };
    case 'not-writable':
      return {
        exitCode: unavailable,
        what: `${failure.hostPath} cannot be written; it holds ${failure.purpose}.`,
        said: failure.said,
        remedy: 'Make it writable, or choose another place: XDG_CACHE_HOME (cache), --output (results), --reporter NAME=FILE (reports).',
      };
    case 'no-open-directory':
      return {
        exitCode: unavailable,
        what: `There is no suitable directory to unpack Debian packages in. Unpacking runs in a user namespace, which can enter only directories that are open to others: ${failure.unfit.join('; ')}.`,
        remedy: 'export TMPDIR=DIRECTORY, one that others may enter (chmod o+x) and not mounted noexec, such as /var/tmp.',
      };
    case 'wait-timed-out':
      return {
        exitCode: unavailable,
        what: `Gave up waiting for ${failure.waitingFor} after ${formatTimeLimit(failure.limit)}.`,
        said: `last seen: ${failure.lastSeen}`,
        remedy: `Run one drill at a time, then try again; \`raidlab doctor\` checks the machine. ${longerLimitsRemedy(failure.limit)}`,
      };
    case 'entry-in-use':
      return {
        exitCode: unavailable,
        what: `Still in use, so not removed from the cache: ${failure.uses.join('; ')}.`,
        remedy: 'Wait until it ends, or end it, then type the command again.',
      };
    case 'interrupted':
      return { exitCode: interrupted, what: `Interrupted (${failure.signal}).`, remedy: 'Nothing is left running. Try again.' };
    case 'internal':
      return {
        exitCode: internal,
        what: `This is a bug in raidlab: ${failure.message}`,
        remedy: 'Please report it with the run directory and the command you typed.',
      };
  }
}

function describeBusyMatrix({ matrix, pid }: Extract<HostFailure, { reason: 'matrix-busy' }>): FailureDescription {
  return {
    exitCode: exitCodes.unavailable,
    what: `The matrix ${matrix} is being run by process ${String(pid)}.`,
    remedy: 'Wait until it ends, or give this one another --name. `raidlab results --matrix` shows what it has found so far.',
  };
}
