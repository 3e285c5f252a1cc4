import type { PlannedJob, RecordedEvent } from '../event.ts';
import { exitCodes } from '../exit-code.ts';
import type { Verdict } from '../verdict/verdict.ts';

/**
 * What a result says about a kernel and tools.
 *
 * `good`: the promise was kept; of a twin, its mistake was found. `bad`: the promise was broken, or the kernel crashed; of a twin, it
 * surprised. The others say nothing: `machine`, it failed for the machine's sake, before or after there was a verdict; `unclear`, a
 * check could not be made; `skipped`; `interrupted`.
 */
export const standings = ['good', 'bad', 'machine', 'unclear', 'skipped', 'interrupted'] as const;

/** One of them. */
export type Standing = (typeof standings)[number];

/** A drill that was run once, as the archive keeps it. */
export interface ArchivedResult {
  /** The name of its run. */
  readonly run: string;
  /** Its label in the run. */
  readonly job: string;
  /** The folder of its run when it was archived; null when it has none here. */
  readonly directory: string | null;
  /** The matrix it belongs to; null when it belongs to none. */
  readonly matrix: string | null;
  readonly drill: string;
  readonly isTwin: boolean;
  /** The options that make it another drill than the one of its name, `--boot systemd --skip-step soft-balance`; usually empty. */
  readonly variation: string;
  /** What was asked for: a suite, a version, packages, a directory. */
  readonly kernel: string;
  /** As `uname -r` said; null when no machine came so far. */
  readonly release: string | null;
  /** The suite of the tools. */
  readonly tools: string;
  /** Of btrfs-progs; null when it is not known. */
  readonly toolsVersion: string | null;
  readonly layout: string;
  readonly seed: string;
  readonly standing: Standing;
  readonly verdict: Verdict | null;
  /** Whether it came as it was expected to, where something else than `held` was: it is known, or it is a twin. */
  readonly isKnown: boolean;
  readonly summary: string;
  readonly brokenChecks: readonly string[];
  readonly durationMs: number;
  /** ISO 8601, UTC. */
  readonly startedAt: string;
  readonly raidlab: string;
  readonly accelerator: 'kvm' | 'tcg' | null;
}

/** The results of a run as far as it has come. Changed by {@link addToResults} alone. */
export interface RunResults {
  readonly run: string;
  readonly directory: string | null;
  readonly raidlab: string;
  /** Those that are over, in the order in which they ended. */
  readonly results: readonly ArchivedResult[];
  readonly open: ReadonlyMap<string, OpenResult>;
}

/** A drill that goes on. */
type OpenResult = Omit<ArchivedResult, 'run' | 'directory' | 'matrix' | 'raidlab' | 'standing' | 'isKnown'> & {
  readonly surprises: readonly string[] | null;
  /** What failed that is no finding, the last of it. */
  readonly failure: { readonly area: string; readonly what: string } | null;
};

/** Before the first event. */
export const noResults: RunResults = { run: '', directory: null, raidlab: '', results: [], open: new Map() };

/** Gives the results with one event more; each drill is a result once it is over. */
export function addToResults(state: RunResults, event: RecordedEvent): RunResults {
  if (event.type === 'run-started') {
    return { ...state, run: event.run, directory: event.directory, raidlab: event.raidlabVersion };
  }
  if (event.type === 'run-planned') return { ...state, open: new Map(event.jobs.map((job) => [job.job, openResult(job, event.at)])) };
  const open = event.job === undefined ? undefined : state.open.get(event.job);
  if (open === undefined) return state;
  const changed = addToOpen(open, event);
  if (event.type !== 'drill-ended') return changed === open ? state : { ...state, open: new Map(state.open).set(open.job, changed) };
  const rest = new Map(state.open);
  rest.delete(open.job);
  const durationMs = changed.durationMs === 0 ? event.durationMs : changed.durationMs;
  return { ...state, open: rest, results: [...state.results, closeResult(state, { ...changed, durationMs }, event.exitCode)] };
}

function openResult(planned: PlannedJob, at: string): OpenResult {
  const { job, drill, isTwin, kernel, tools, layout, seed } = planned;
  const nothingYet = { release: null, toolsVersion: null, verdict: null, surprises: null, failure: null, accelerator: null } as const;
  const asked = { job, drill, isTwin, variation: variationOf(planned), kernel, tools, layout, seed };
  return { ...asked, ...nothingYet, summary: '', brokenChecks: [], durationMs: 0, startedAt: at };
}

function variationOf({ boot, initramfs, isTwin, skippedSteps }: PlannedJob): string {
  return [
    ...(boot === undefined ? [] : ['--boot', boot]),
    ...(initramfs === undefined ? [] : ['--initramfs', initramfs]),
    // What a twin leaves out is what it is.
    ...(isTwin ? [] : skippedSteps.flatMap((step) => ['--skip-step', step])),
  ].join(' ');
}

function addToOpen(open: OpenResult, event: RecordedEvent): OpenResult {
  switch (event.type) {
    case 'drill-started':
      return { ...open, startedAt: event.at };
    case 'machine-booted':
      return { ...open, release: event.kernel };
    case 'machine-started':
      return { ...open, accelerator: event.accelerator };
    case 'image-ready':
      return event.kind === 'tools' ? { ...open, toolsVersion: /btrfs-progs ([\w.+~-]+)/u.exec(event.description)?.[1] ?? null } : open;
    case 'check-judged':
      return event.check.outcome === 'broken' ? { ...open, brokenChecks: [...open.brokenChecks, event.check.name] } : open;
    case 'run-failed':
      return { ...open, failure: { area: event.area, what: event.description.what } };
    case 'verdict-reached': {
      const { verdict, surprises, summary, durationMs } = event;
      return { ...open, verdict, surprises, summary, durationMs };
    }
    default:
      return open;
  }
}

function closeResult({ run, directory, raidlab }: RunResults, open: OpenResult, exitCode: number): ArchivedResult {
  const { surprises, failure, ...rest } = open;
  const standing = standingOf(open, exitCode);
  const isKnown = surprises?.length === 0;
  const summary = open.summary === '' ? (failure?.what ?? '') : open.summary;
  return { run, directory, matrix: null, raidlab, ...rest, summary, standing, isKnown };
}

function standingOf({ verdict, isTwin, surprises, failure }: OpenResult, exitCode: number): Standing {
  switch (verdict) {
    case null:
      return exitCode === exitCodes.interrupted ? 'interrupted' : 'machine';
    case 'skipped':
      return 'skipped';
    case 'inconclusive':
      return failure === null ? 'unclear' : 'machine';
    case 'held':
    case 'broken':
    case 'crashed':
      if (isTwin) return surprises?.length === 0 ? 'good' : 'bad';
      return verdict === 'held' ? 'good' : 'bad';
  }
}
