import { exitCodes } from '../exit-code.ts';
import { formatTimeLimit, longerLimitsRemedy } from '../text/time-limit.ts';
import type { TimeLimit } from '../text/time-limit.ts';
import type { FailureDescription, FailureOf } from './description.ts';

/** The machine (QEMU, its sockets, the guest agent) is at fault: never a finding about storage. Exit 2 inside a drill, 69 before it began. */
export type MachineFailure =
  | FailureOf<'machine', 'qemu-refused-to-start', { machine: string; argv: readonly string[]; said: string }>
  | FailureOf<'machine', 'qemu-ended', { machine: string; how: string; waitingFor: string; said: string }>
  | FailureOf<'machine', 'boot-timed-out', { machine: string; limit: TimeLimit; lastConsoleLine: string }>
  | FailureOf<'machine', 'agent-silent', { machine: string; waitingFor: string; limit: TimeLimit; lastSeen: string }>
  | FailureOf<'machine', 'qmp-error', { machine: string; command: string; errorClass: string; said: string }>
  | FailureOf<'machine', 'boot-failed', { machine: string; said: string }>
  | FailureOf<'machine', 'kvm-unusable', { why: string }>
  | FailureOf<'machine', 'qmp-silent', { machine: string; waitingFor: string; limit: TimeLimit; lastSeen: string }>
  | FailureOf<'machine', 'protocol-broken', { machine: string; peer: 'QEMU' | 'guest agent'; said: string }>
  | FailureOf<'machine', 'state-not-moved', { machine: string; waitingFor: string; said: string }>;

/** Describes a machine failure. */
export function describeMachineFailure(failure: MachineFailure): FailureDescription {
  return isStartFailure(failure) ? describeStartFailure(failure) : describeRunningFailure(failure);
}

const startReasons = ['qemu-refused-to-start', 'boot-timed-out', 'boot-failed', 'kvm-unusable', 'state-not-moved'] as const;

/** The machine did not come up. */
type StartFailure = Extract<MachineFailure, { readonly reason: (typeof startReasons)[number] }>;

function isStartFailure(failure: MachineFailure): failure is StartFailure {
  return startReasons.some((reason) => reason === failure.reason);
}

function describeStartFailure(failure: StartFailure): FailureDescription {
  const { inconclusive, unavailable } = exitCodes;
  switch (failure.reason) {
    case 'qemu-refused-to-start':
      return {
        exitCode: unavailable,
        what: `QEMU did not start (machine ${failure.machine}).`,
        command: `host: ${failure.argv.join(' ')}`,
        said: failure.said,
        remedy: 'Run `raidlab doctor`.',
      };
    case 'boot-timed-out':
      return {
        exitCode: unavailable,
        what: `Machine ${failure.machine} did not boot within ${formatTimeLimit(failure.limit)}.`,
        said: `last console line: ${failure.lastConsoleLine}`,
        remedy: `The console log is in the run directory. ${longerLimitsRemedy(failure.limit)}`,
      };
    case 'boot-failed':
      return {
        exitCode: unavailable,
        what: `Machine ${failure.machine} gave up booting.`,
        said: failure.said,
        remedy: 'The console log is in the run directory. With a kernel of your own: it must have the modules that its root needs.',
      };
    case 'kvm-unusable':
      return {
        exitCode: unavailable,
        what: `KVM was asked for and cannot be used: ${failure.why}.`,
        remedy: 'Leave out --accelerator: raidlab then uses software emulation, which is slower but always works.',
      };
    case 'state-not-moved':
      return {
        exitCode: inconclusive,
        what: `QEMU gave up while waiting for ${failure.waitingFor} (machine ${failure.machine}).`,
        said: failure.said,
        remedy: 'Run the drill with --fresh, which rebuilds its templates, or with --cold, which boots instead.',
      };
  }
}

function describeRunningFailure(failure: Exclude<MachineFailure, StartFailure>): FailureDescription {
  const { inconclusive } = exitCodes;
  switch (failure.reason) {
    case 'qemu-ended':
      return {
        exitCode: inconclusive,
        what: `QEMU of machine ${failure.machine} ended (${failure.how}) while waiting for ${failure.waitingFor}. This is machine trouble, not a finding about storage.`,
        said: failure.said,
        remedy: 'Was it killed (out of memory, by hand)? Check the host, then run the drill again.',
      };
    case 'qmp-silent':
      return {
        exitCode: inconclusive,
        what: `QEMU of machine ${failure.machine} did not answer for ${formatTimeLimit(failure.limit)} while waiting for ${failure.waitingFor}.`,
        said: `last seen: ${failure.lastSeen}`,
        remedy: `The transcript is in the run directory. This is machine trouble, not a finding about storage; run the drill again. ${longerLimitsRemedy(failure.limit)}`,
      };
    case 'protocol-broken':
      return {
        exitCode: inconclusive,
        what: `The ${failure.peer} of machine ${failure.machine} broke its protocol.`,
        said: failure.said,
        remedy: 'This is machine trouble, not a finding about storage. Please report it with the run directory.',
      };
    case 'agent-silent':
      return {
        exitCode: inconclusive,
        what: `The guest agent of machine ${failure.machine} did not answer for ${formatTimeLimit(failure.limit)} while waiting for ${failure.waitingFor}.`,
        said: `last seen: ${failure.lastSeen}`,
        remedy: `The console log is in the run directory. This is machine trouble, not a finding about storage; run the drill again. ${longerLimitsRemedy(failure.limit)}`,
      };
    case 'qmp-error':
      return {
        exitCode: inconclusive,
        what: `QEMU of machine ${failure.machine} refused ${failure.command} (${failure.errorClass}).`,
        said: failure.said,
        remedy: 'The transcript is in the run directory. This is machine trouble, not a finding about storage.',
      };
  }
}
