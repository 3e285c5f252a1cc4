import { exitCodes } from '../exit-code.ts';
import { formatTimeLimit, longerLimitsRemedy } from '../text/time-limit.ts';
import type { TimeLimit } from '../text/time-limit.ts';
import { describeConsoleFailure, isConsoleFailure } from './console.ts';
import type { ConsoleFailure } from './console.ts';
import type { FailureDescription, FailureOf } from './description.ts';
import { offerWords } from '../text/nearest-word.ts';
import { describeSnapshotFailure, isSnapshotFailure } from './snapshot.ts';
import type { SnapshotFailure } from './snapshot.ts';

/** A lab is missing, off, or unusable: 64 or 69 for what the person can fix, 3 for a crashed kernel. */
export type LabFailure =
  | FailureOf<'lab', 'bad-name', { lab: string }>
  | FailureOf<'lab', 'no-lab', { lab: string; hostPath: string; known: readonly string[] }>
  /** `how` completes "The lab … is off": `since …`, `it died: …`. */
  | FailureOf<'lab', 'not-on', { lab: string; how: string; lastConsoleLines: readonly string[] }>
  | FailureOf<'lab', 'busy', { lab: string; pid: number | null; limit: TimeLimit }>
  | FailureOf<'lab', 'differs', { lab: string; asked: string; has: string }>
  /** `why` completes "…, because". */
  | FailureOf<'lab', 'not-yours', { lab: string; hostPath: string; why: string; remedy: string }>
  | FailureOf<'lab', 'state-damaged', { hostPath: string; why: string }>
  | FailureOf<'lab', 'state-newer', { hostPath: string; version: number; known: number }>
  /** `why` says what is not as `raidlab up` built it, or has changed since; `remedy` says what fixes that. */
  | FailureOf<'lab', 'not-as-built', { why: string; remedy: string }>
  /** Its system disk was written over a layered root, which this kernel cannot have. */
  | FailureOf<'lab', 'root-of-layers', { lab: string; kernel: string }>
  | FailureOf<'lab', 'disk-missing', { lab: string; serial: string; hostPath: string }>
  | FailureOf<'lab', 'unknown-disk', { lab: string; disk: string; known: readonly string[] }>
  | FailureOf<'lab', 'no-slot', { lab: string; bus: string; slots: number }>
  | FailureOf<'lab', 'bad-fault', { disk: string; why: string }>
  /** `why` completes "…, because". */
  | FailureOf<'lab', 'beyond-redundancy', { why: string }>
  | FailureOf<'lab', 'port-taken', { port: number; said: string }>
  | FailureOf<'lab', 'keeper-ended', { lab: string; how: string; said: string }>
  | FailureOf<'lab', 'keeper-silent', { lab: string; waitingFor: string; limit: TimeLimit; lastSeen: string }>
  | FailureOf<'lab', 'kept-elsewhere', { lab: string; how: string }>
  | FailureOf<'lab', 'keeper-differs', { lab: string; keeper: string; here: string }>
  | FailureOf<'lab', 'kernel-crashed', { lab: string; what: string; transcript: readonly string[] }>
  | FailureOf<'lab', 'ssh-silent', { lab: string; limit: TimeLimit; lastSeen: string }>
  | ConsoleFailure
  | SnapshotFailure;

/** Describes a failure of a lab. */
export function describeLabFailure(failure: LabFailure): FailureDescription {
  if (isConsoleFailure(failure)) return describeConsoleFailure(failure);
  if (isSnapshotFailure(failure)) return describeSnapshotFailure(failure);
  if (isDiskFailure(failure)) return describeDiskFailure(failure);
  return isStateFailure(failure) ? describeStateFailure(failure) : describeKeeperFailure(failure);
}

const diskReasons = ['unknown-disk', 'no-slot', 'bad-fault', 'beyond-redundancy', 'root-of-layers', 'disk-missing'] as const;

/** An act on a disk that is impossible, or a bad idea. */
type DiskFailure = Extract<LabFailure, { readonly reason: (typeof diskReasons)[number] }>;

function isDiskFailure(failure: LabFailure): failure is DiskFailure {
  return diskReasons.some((reason) => reason === failure.reason);
}

function describeDiskFailure(failure: DiskFailure): FailureDescription {
  const { usage } = exitCodes;
  switch (failure.reason) {
    case 'unknown-disk':
      return {
        exitCode: usage,
        what: `The lab ${failure.lab} has no disk called "${failure.disk}".`,
        remedy: offerWords(failure.disk, failure.known, 'Its disks are'),
      };
    case 'no-slot':
      return {
        exitCode: usage,
        what: `The lab ${failure.lab} has no slot for another disk: ${failure.bus} has ${String(failure.slots)}, and pulled disks keep theirs.`,
        remedy: 'Use one of its disks, or a lab on scsi: `raidlab up --bus scsi --lab NAME`.',
      };
    case 'bad-fault':
      return {
        exitCode: usage,
        what: `The disk ${failure.disk} cannot have this fault. ${failure.why}`,
        remedy: 'See `raidlab disk --help`.',
      };
    case 'beyond-redundancy':
      return {
        exitCode: usage,
        what: `This may destroy the last good copy of something, because ${failure.why}.`,
        remedy: 'Use --beyond-redundancy to do it anyway. `raidlab status` shows the copies that exist.',
      };
    case 'root-of-layers':
      return {
        exitCode: usage,
        what: `The lab ${failure.lab} cannot be turned on with Linux ${failure.kernel}, which has no overlayfs or no erofs: its system disk belongs to a layered root.`,
        remedy: 'Create another lab with that kernel: raidlab up --lab NAME --kernel …. Such a lab can be reloaded into any kernel.',
      };
    case 'disk-missing':
      return {
        exitCode: exitCodes.unavailable,
        what: `The lab ${failure.lab} has lost the image of ${failure.serial}: ${failure.hostPath} does not exist.`,
        remedy: 'Put it back, or `raidlab destroy` the lab and bring up a new one. Nothing was changed.',
      };
  }
}

const stateReasons = ['bad-name', 'no-lab', 'not-yours', 'not-on', 'differs', 'state-damaged', 'state-newer', 'not-as-built'] as const;

/** The lab's directory, or that it is missing. */
type StateFailure = Extract<LabFailure, { readonly reason: (typeof stateReasons)[number] }>;

function isStateFailure(failure: LabFailure): failure is StateFailure {
  return stateReasons.some((reason) => reason === failure.reason);
}

function describeStateFailure(failure: StateFailure): FailureDescription {
  const { usage, unavailable } = exitCodes;
  switch (failure.reason) {
    case 'bad-name':
      return {
        exitCode: usage,
        what: `A lab cannot be called "${failure.lab}".`,
        remedy: 'A name has up to 30 lowercase letters, digits and dashes, and starts with a letter or a digit.',
      };
    case 'no-lab':
      return {
        exitCode: usage,
        what: `There is no lab called "${failure.lab}" in ${failure.hostPath} or above it.`,
        remedy: `${failure.known.length === 0 ? '' : `There are: ${failure.known.join(', ')} (\`--lab NAME\`). `}\`raidlab up\` creates one; \`raidlab ls\` lists those elsewhere.`,
      };
    case 'not-yours':
      return {
        exitCode: usage,
        what: `The lab ${failure.lab} in ${failure.hostPath} is not used, because ${failure.why}. raidlab would act on its files in your name.`,
        remedy: failure.remedy,
      };
    case 'not-on':
      return {
        exitCode: unavailable,
        what: `The lab ${failure.lab} is off: ${failure.how}.`,
        ...(failure.lastConsoleLines.length === 0 ? {} : { said: failure.lastConsoleLines.join('\n') }),
        remedy: '`raidlab up` turns it on again, with its disks as they are.',
      };
    case 'differs':
      return {
        exitCode: usage,
        what: `The lab ${failure.lab} already exists, with ${failure.has}, but ${failure.asked} was asked for.`,
        remedy:
          'A lab keeps what it was created with. Use another name (`--lab NAME`), or `raidlab destroy` it first. `raidlab reload --kernel` changes the kernel, except that of an installed system.',
      };
    case 'state-damaged':
      return {
        exitCode: unavailable,
        what: `${failure.hostPath} cannot be read as the state of a lab.`,
        said: failure.why,
        remedy:
          'Nothing was changed. The disks beside it are plain images. Fix the file, or copy out what you need and `raidlab destroy` the lab.',
      };
    case 'state-newer':
      return {
        exitCode: unavailable,
        what: `${failure.hostPath} was written by a newer raidlab (format ${String(failure.version)}; this one knows ${String(failure.known)}).`,
        remedy: 'Nothing was changed. Use that raidlab, or `raidlab destroy` the lab.',
      };
    case 'not-as-built':
      return {
        exitCode: usage,
        what: `No disk failure can be simulated in this lab: ${failure.why}.`,
        remedy: `${failure.remedy} Nothing was changed.`,
      };
  }
}

function describeKeeperFailure(
  failure: Exclude<LabFailure, StateFailure | DiskFailure | ConsoleFailure | SnapshotFailure>,
): FailureDescription {
  const { unavailable, crashed } = exitCodes;
  switch (failure.reason) {
    case 'busy':
      return {
        exitCode: unavailable,
        what: `Another raidlab${failure.pid === null ? '' : ` (process ${String(failure.pid)})`} is working on the lab ${failure.lab}; waited ${formatTimeLimit(failure.limit)} for it.`,
        remedy: 'Wait until it is finished, or end it, then type the command again.',
      };
    case 'port-taken':
      return {
        exitCode: unavailable,
        what: `Port ${String(failure.port)} of the loopback is used by another program.`,
        said: failure.said,
        remedy: 'Choose another with --ssh-port, or leave it out to use any free one.',
      };
    case 'keeper-ended':
      return {
        exitCode: unavailable,
        what: `The process that keeps the lab ${failure.lab} ended (${failure.how}), and its machine with it.`,
        said: failure.said,
        remedy: 'Was it killed (out of memory, by hand)? `raidlab up` turns the lab on again, with its disks as they are.',
      };
    case 'keeper-silent':
      return {
        exitCode: unavailable,
        what: `The process that keeps the lab ${failure.lab} did not answer for ${formatTimeLimit(failure.limit)} while waiting for ${failure.waitingFor}.`,
        said: `last seen: ${failure.lastSeen}`,
        remedy: `Try again; \`raidlab destroy\` ends it in any case. ${longerLimitsRemedy(failure.limit)}`,
      };
    case 'keeper-differs':
      return {
        exitCode: unavailable,
        what: `The lab ${failure.lab} is kept by another raidlab (${failure.keeper}; this is ${failure.here}).`,
        remedy: 'Use that one, or `raidlab halt` and `raidlab up` to use this one.',
      };
    case 'kept-elsewhere':
      return {
        exitCode: unavailable,
        what: `The lab ${failure.lab} is on in a place that this raidlab cannot see: ${failure.how}.`,
        remedy: 'Type the command there. If that host or container is gone for good, remove keeper.json from the directory of the lab.',
      };
    case 'kernel-crashed':
      return {
        exitCode: crashed,
        what: `The kernel of the lab ${failure.lab} crashed (${failure.what}).`,
        said: failure.transcript.slice(-30).join('\n'),
        remedy: '`raidlab logs` shows all of it. `raidlab crash` and `raidlab up` boot it again from its disks.',
      };
    case 'ssh-silent':
      return {
        exitCode: unavailable,
        what: `ssh in the lab ${failure.lab} did not answer within ${formatTimeLimit(failure.limit)}.`,
        said: `last seen: ${failure.lastSeen}`,
        remedy: `\`raidlab console\` works without ssh, and \`raidlab logs\` may show why. ${longerLimitsRemedy(failure.limit)}`,
      };
  }
}
