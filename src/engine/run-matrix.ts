import type { MatrixJournal } from '../archive/matrix-journal.ts';
import type { ArchivedResult } from '../core/campaign/archived-result.ts';
import { jobStates, progressOf } from '../core/campaign/matrix/attempts.ts';
import type { AttemptEnd, JobState, MatrixProgress } from '../core/campaign/matrix/attempts.ts';
import { keyOfJob } from '../core/campaign/matrix/matrix.ts';
import type { MatrixJob } from '../core/campaign/matrix/matrix.ts';
import type { Engine } from './engine.ts';

/** A job that has ended, or was found to have ended. */
export interface EndedJob {
  readonly job: MatrixJob;
  readonly end: AttemptEnd;
  readonly result: ArchivedResult | null;
  readonly progress: MatrixProgress;
}

/** Everything that running a matrix needs. */
export interface MatrixRun {
  readonly jobs: readonly MatrixJob[];
  readonly journal: MatrixJournal;
  readonly engine: Engine;
  /** How many jobs at once. */
  readonly limit: number;
  readonly signal: AbortSignal;
  readonly onBegin: (job: MatrixJob) => void;
  readonly onEnd: (ended: EndedJob) => void;
}

/** Where attempts are settled. */
interface Unsettled {
  readonly journal: MatrixJournal;
  /** Gives the result of a run whose process was killed, from its folder; undefined when it has none. */
  readonly resultIn: (directory: string) => ArchivedResult | undefined;
}

/** Gives the attempts that nobody ended an end: what their folders say, or that they are lost. Returns how many of each. */
export function settleAttempts({ journal, resultIn }: Unsettled): { readonly found: number; readonly lost: number } {
  let [found, lost] = [0, 0];
  for (const { run, directory, end } of journal.attempts()) {
    if (end !== null) continue;
    const result = resultIn(directory);
    if (result === undefined) lost += 1;
    else found += 1;
    journal.end(run, result?.standing ?? 'lost', result ?? null);
  }
  return { found, lost };
}

/**
 * Runs the jobs of a matrix that are still to be run, so many at once, in their order; gives where all of them stand. Each attempt is in the
 * journal before it begins, and ends in it with its result. When the signal comes, what goes on ends, and nothing more begins.
 */
export async function runMatrix(matrix: MatrixRun): Promise<readonly JobState[]> {
  const { jobs, journal, limit, signal } = matrix;
  const from = journal.attempts().length;
  const states = (): readonly JobState[] => jobStates(jobs, journal.attempts(), from);
  const queue = states().flatMap(({ job, end }) => (end === null ? [job] : []));
  const work = async (): Promise<void> => {
    for (let job = queue.shift(); job !== undefined && !signal.aborted; job = queue.shift()) {
      const end = await runJob(matrix, job).catch((error: unknown) => {
        // What ends one for a reason that concerns all ends all: no other begins.
        queue.length = 0;
        throw error;
      });
      const now = states();
      matrix.onEnd({ job, ...end, progress: progressOf(now, limit) });
      // At the end of the queue: what is wrong with the machine may have passed by then.
      const key = keyOfJob(job);
      if (end.end === 'machine' && now.some((state) => state.end === null && keyOfJob(state.job) === key)) queue.push(job);
    }
  };
  const workers = await Promise.allSettled(Array.from({ length: Math.min(limit, queue.length) }, work));
  const failed = workers.find((worker) => worker.status === 'rejected');
  if (failed !== undefined) throw failed.reason;
  return states();
}

async function runJob({ journal, engine, onBegin }: MatrixRun, job: MatrixJob): Promise<Pick<EndedJob, 'end' | 'result'>> {
  let run: string | undefined;
  onBegin(job);
  let ended: Pick<EndedJob, 'end' | 'result'>;
  try {
    ended = await engine.run(job, (begun) => {
      ({ run } = begun);
      journal.begin(keyOfJob(job), begun.run, begun.directory);
    });
  } catch (error) {
    // It ends all jobs, and said nothing of this one.
    if (run !== undefined) journal.end(run, 'interrupted', null);
    throw error;
  }
  if (run !== undefined) journal.end(run, ended.end, ended.result);
  return ended;
}
