import type { RecordedEvent } from '../../core/event.ts';
import type { FailureDescription } from '../../core/failure/description.ts';
import { addToOutcome, plannedOutcome } from './drill-outcome.ts';
import type { DrillOutcome } from './drill-outcome.ts';
import { repeatCommand } from './repeat-command.ts';

/** The version of result.json; raised when a field changes meaning or goes away. */
const resultFormatVersion = 1;

/** A failure as a run remembers it; without a job it was the run's own. */
export interface RunFailure extends FailureDescription {
  readonly area: string;
  readonly reason: string;
  readonly job?: string;
}

/** The content of result.json: a run in one document. Made from its events alone. */
export interface RunResult {
  readonly v: typeof resultFormatVersion;
  readonly run: string;
  readonly startedAt: string;
  /** What was typed. */
  readonly command: string;
  /** What to type to get the same again, seed included. */
  readonly repeat: string;
  readonly exitCode: number | null;
  readonly durationMs: number | null;
  readonly versions: {
    readonly raidlab: string;
    readonly node: string;
    readonly qemu: string | null;
    /** What the guest said, as `uname -r`. */
    readonly kernel: string | null;
    /** Images by name, with what is in them. */
    readonly images: Readonly<Record<string, string>>;
  };
  readonly accelerator: { readonly name: 'kvm' | 'tcg'; readonly reason: string } | null;
  /** How many times as long as usual limits in time were, at the end of the run. */
  readonly timeFactor: number;
  /** The drills in the order asked, whatever order they ended in. */
  readonly drills: readonly DrillOutcome[];
  /** What went wrong that is not a finding about storage, in order. */
  readonly failures: readonly RunFailure[];
}

/** What a run's result is before its first event. */
export const emptyResult: RunResult = {
  v: resultFormatVersion,
  run: '',
  startedAt: '',
  command: '',
  repeat: '',
  exitCode: null,
  durationMs: null,
  versions: { raidlab: '', node: '', qemu: null, kernel: null, images: {} },
  accelerator: null,
  timeFactor: 1,
  drills: [],
  failures: [],
};

/** Gives the result with one event more. */
export function addToResult(result: RunResult, event: RecordedEvent): RunResult {
  switch (event.type) {
    case 'run-started': {
      const { run, command } = event;
      const versions = { ...result.versions, raidlab: event.raidlabVersion, node: event.nodeVersion };
      return { ...result, run, command, repeat: command, startedAt: event.at, versions };
    }
    case 'run-failed':
      return { ...result, failures: [...result.failures, failureOf(event)] };
    case 'run-ended':
      return { ...result, exitCode: event.exitCode, durationMs: event.durationMs };
    case 'image-ready':
      return withVersions(result, { images: { ...result.versions.images, [event.artefact]: event.description } });
    case 'accelerator-chosen':
      return { ...result, accelerator: { name: event.accelerator, reason: event.reason } };
    case 'time-factor-raised':
      return { ...result, timeFactor: event.factor };
    case 'machine-started':
      return withVersions(result, { qemu: event.qemuVersion });
    case 'machine-booted':
      return withVersions(result, { kernel: event.kernel });
    case 'run-planned':
      return { ...result, repeat: repeatCommand(result.command, event.seed), drills: event.jobs.map(plannedOutcome) };
    default:
      // An event of the run itself has no job, and no drill has that label.
      return { ...result, drills: result.drills.map((drill) => (drill.job === event.job ? addToOutcome(drill, event) : drill)) };
  }
}

function failureOf({ job, area, reason, description }: Extract<RecordedEvent, { type: 'run-failed' }>): RunFailure {
  return { ...(job === undefined ? {} : { job }), area, reason, ...description };
}

function withVersions(result: RunResult, more: Partial<RunResult['versions']>): RunResult {
  return { ...result, versions: { ...result.versions, ...more } };
}
