import { exitCodes } from '../exit-code.ts';
import type { FailureDescription, FailureOf } from './description.ts';
import { offerWords } from '../text/nearest-word.ts';

/** A snapshot of a lab cannot be made or restored: because of what was typed (64), or of this host (69). */
export type SnapshotFailure =
  | FailureOf<'lab', 'bad-snapshot-name', { snapshot: string }>
  | FailureOf<'lab', 'no-snapshot', { lab: string; snapshot: string; known: readonly string[] }>
  | FailureOf<'lab', 'snapshot-exists', { lab: string; snapshot: string }>
  | FailureOf<'lab', 'snapshot-failed', { lab: string; snapshot: string; said: string }>
  /** `why` is in words. */
  | FailureOf<'lab', 'snapshot-damaged', { snapshot: string; why: string }>
  /** `why` is in words. */
  | FailureOf<'lab', 'snapshot-differs', { snapshot: string; why: string }>
  /** What cannot be saved while it runs; `otherwise` completes "…, or `raidlab halt` first". */
  | FailureOf<'lab', 'snapshot-unsupported', { what: string; otherwise: string }>;

const reasons: readonly string[] = [
  'bad-snapshot-name',
  'no-snapshot',
  'snapshot-exists',
  'snapshot-failed',
  'snapshot-damaged',
  'snapshot-differs',
  'snapshot-unsupported',
] satisfies readonly SnapshotFailure['reason'][];

/** Tells whether a failure is about a snapshot. */
export function isSnapshotFailure<F extends { readonly reason: string }>(failure: F): failure is Extract<F, SnapshotFailure> {
  return reasons.includes(failure.reason);
}

/** Describes a failure about a snapshot. */
export function describeSnapshotFailure(failure: SnapshotFailure): FailureDescription {
  const { usage, unavailable } = exitCodes;
  switch (failure.reason) {
    case 'bad-snapshot-name':
      return {
        exitCode: usage,
        what: `A snapshot cannot be called "${failure.snapshot}".`,
        remedy: 'A name has up to 50 letters, digits, dots, dashes and underscores, and starts with a letter or a digit.',
      };
    case 'no-snapshot':
      return {
        exitCode: usage,
        what: `The lab ${failure.lab} has no snapshot called "${failure.snapshot}".`,
        remedy:
          failure.known.length === 0
            ? 'It has none; `raidlab snapshot save NAME` creates one.'
            : offerWords(failure.snapshot, failure.known, 'It has'),
      };
    case 'snapshot-exists':
      return {
        exitCode: usage,
        what: `The lab ${failure.lab} already has a snapshot called "${failure.snapshot}".`,
        remedy: 'Choose another name, or `raidlab snapshot rm` that one first.',
      };
    case 'snapshot-failed':
      return {
        exitCode: unavailable,
        what: `The snapshot "${failure.snapshot}" could not be saved: QEMU gave up.`,
        said: failure.said,
        remedy: `The lab ${failure.lab} is on as before, and nothing of the snapshot remains. The transcript is in its logs.`,
      };
    case 'snapshot-damaged':
      return {
        exitCode: unavailable,
        what: `The snapshot "${failure.snapshot}" is damaged: ${failure.why}.`,
        remedy: 'The disks of the lab are unchanged. A damaged snapshot cannot be repaired; `raidlab snapshot rm` removes it.',
      };
    case 'snapshot-differs':
      return {
        exitCode: unavailable,
        what: `The machine of the snapshot "${failure.snapshot}" cannot resume here: ${failure.why}.`,
        remedy: 'Use --disks-only to restore its disks; `raidlab up` then boots from them, as after a power cut.',
      };
    case 'snapshot-unsupported':
      return {
        exitCode: unavailable,
        what: `${failure.what} cannot be saved while it runs.`,
        remedy: `${failure.otherwise}, or \`raidlab halt\` first: the disks of a lab that is off can always be saved.`,
      };
  }
}
