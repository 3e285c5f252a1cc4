import type { Standing } from '../archived-result.ts';
import { predictDuration } from '../predict-duration.ts';
import { keyOfJob } from './matrix.ts';
import type { MatrixJob } from './matrix.ts';

/** What became of an attempt: what its result says, or `lost`: the process that ran it was killed. Null: it goes on, or nobody knows yet. */
export type AttemptEnd = Standing | 'lost';

/** A job that was begun. */
export interface Attempt {
  /** The text by which its job is known: {@link keyOfJob}. */
  readonly job: string;
  /** Its run, by which its evidence is found. */
  readonly run: string;
  readonly directory: string;
  readonly end: AttemptEnd | null;
  /** Null until it ended. */
  readonly durationMs: number | null;
}

/** What a machine failed on is tried so many times before it is given up: a second failure is hardly chance. Each is kept and told. */
export const mostMachineAttempts = 2;

/** Where a job stands. */
export interface JobState {
  readonly job: MatrixJob;
  readonly attempts: readonly Attempt[];
  /** What it came to; `machine` when it was given up; null when it is still to be run. */
  readonly end: Standing | null;
}

/**
 * Gives where each job stands. A verdict of any kind is final: it is never tried again. What was interrupted or lost has said nothing, and
 * is run again; so is, once, what failed for the machine's sake. Of the latter only attempts from number `from` on count: when a person types
 * the command again, the machine may be well.
 */
export function jobStates(jobs: readonly MatrixJob[], attempts: readonly Attempt[], from = attempts.length): readonly JobState[] {
  const byJob = Map.groupBy(attempts, ({ job }) => job);
  const ofNow = Map.groupBy(attempts.slice(from), ({ job }) => job);
  return jobs.map((job) => {
    const key = keyOfJob(job);
    const own = byJob.get(key) ?? [];
    const final = own.find(({ end }) => end === 'good' || end === 'bad' || end === 'unclear' || end === 'skipped');
    const isGivenUp = (ofNow.get(key) ?? []).filter(({ end }) => end === 'machine').length >= mostMachineAttempts;
    return { job, attempts: own, end: (final?.end as Standing | undefined) ?? (isGivenUp ? 'machine' : null) };
  });
}

/** How far a matrix is. */
export interface MatrixProgress {
  readonly jobs: number;
  readonly done: number;
  /** What is left, one after the other, on a machine like the one that durations were measured on, milliseconds. */
  readonly predictedMs: number;
  /** How long that takes here, as far as it is known from what was run, milliseconds. */
  readonly leftMs: number;
}

/** Gives how far a matrix is with so many jobs at once. */
export function progressOf(states: readonly JobState[], limit: number): MatrixProgress {
  const open = states.filter(({ end }) => end === null);
  const predictedMs = sum(open.map(({ job }) => predictDuration(job)));
  // Skipped drills take no time, and lost ones an unknown one: neither says how fast this host is.
  const judged = states.flatMap(({ job, attempts }) =>
    attempts.filter(({ end }) => end === 'good' || end === 'bad').map(({ durationMs }) => ({ job, durationMs: durationMs ?? 0 })),
  );
  const took = sum(judged.map(({ durationMs }) => durationMs));
  const factor = took === 0 ? 1 : took / sum(judged.map(({ job }) => predictDuration(job)));
  const longestMs = open.reduce((longest, { job }) => Math.max(longest, predictDuration(job)), 0);
  // No more at once than there are jobs, and never less than the longest.
  const leftMs = Math.max(predictedMs / Math.max(1, Math.min(limit, open.length)), longestMs) * factor;
  return { jobs: states.length, done: states.length - open.length, predictedMs, leftMs };
}

function sum(numbers: readonly number[]): number {
  return numbers.reduce((total, each) => total + each, 0);
}
