import { performance } from 'node:perf_hooks';
import type { PlannedJob, PlannedShard } from '../core/event.ts';
import { exitCodes } from '../core/exit-code.ts';
import type { ExitCode } from '../core/exit-code.ts';
import { describeFailure, RaidlabError } from '../core/failure/failure.ts';
import { describeLayout } from '../core/layout/layout.ts';
import { exitCodeOfDrill } from '../core/verdict/verdict.ts';
import type { Verdict } from '../core/verdict/verdict.ts';
import type { Context } from '../machine/context.ts';
import { sideBySide } from './proof/side-by-side.ts';
import { runDrill } from './run-drill.ts';
import type { DrillResult } from './run-drill.ts';
import type { DrillRequest } from './drill-request.ts';

/** One drill of a run. */
export interface DrillJob {
  /** Its label, unique in the run. */
  readonly job: string;
  /** Events of this context belong to the job; it ends with the run's. */
  readonly ctx: Context;
  readonly request: DrillRequest;
  /** Records a failure that ends only this job; gives its exit code. */
  readonly fail: (error: unknown) => ExitCode;
}

/** How drills are run. */
export interface DrillsPlan {
  /** The most at once. */
  readonly limit: number;
  /** The seed that they share. */
  readonly seed: string;
  /** Where they are a part of a larger run. */
  readonly shard?: PlannedShard;
}

/** What a plan says of a job: nothing of where it runs. */
interface PlannableJob {
  readonly job: string;
  readonly request: Omit<DrillRequest, 'runHostPath'>;
}

/** The result of a job. */
export interface JobOutcome {
  readonly job: string;
  /** Null when the drill could not start. */
  readonly verdict: Verdict | null;
  readonly exitCode: ExitCode;
}

/**
 * Runs drills, at most so many at once, started in the given order; their outcomes are in that order too. A failing drill ends only
 * itself: its failure is recorded as its outcome. When the context ends, all end, no more start, and after their cleanup the context's
 * reason is thrown.
 */
export async function runDrills(
  ctx: Context,
  jobs: readonly DrillJob[],
  { limit, seed, shard }: DrillsPlan,
  run: (ctx: Context, request: DrillRequest) => Promise<Pick<DrillResult, 'verdict' | 'surprises'>> = runDrill,
): Promise<readonly JobOutcome[]> {
  ctx.emit({ type: 'run-planned', seed, limit, jobs: jobs.map(planJob), ...(shard === undefined ? {} : { shard }) });
  return sideBySide(
    jobs.map((job) => async () => runJob(ctx, job, run)),
    limit,
  );
}

async function runJob(ctx: Context, job: DrillJob, run: Parameters<typeof runDrills>[3] & {}): Promise<JobOutcome> {
  ctx.signal.throwIfAborted();
  const startedMs = performance.now();
  const ended = (verdict: Verdict | null, exitCode: ExitCode): JobOutcome => {
    const durationMs = performance.now() - startedMs;
    job.ctx.emit({ type: 'drill-ended', drill: job.request.drill.name, verdict, exitCode, durationMs });
    return { job: job.job, verdict, exitCode };
  };
  try {
    const judged = await run(job.ctx, job.request);
    return ended(judged.verdict, exitCodeOfDrill(judged, job.request.strict));
  } catch (error) {
    if (!ctx.signal.aborted) return ended(null, job.fail(error));
    // The run itself reports once what ended it: errors that drills throw on their way out are consequences.
    const { reason } = ctx.signal as { readonly reason: unknown };
    ended(null, reason instanceof RaidlabError ? describeFailure(reason.failure).exitCode : exitCodes.internal);
    throw reason;
  }
}

/** Gives a job as the plan of a run tells it. */
export function planJob({ job, request }: PlannableJob): PlannedJob {
  const { drill, expectation, seed, skippedSteps, layout, payloadBytes, kernel, tools, boot, initramfsMaker } = request;
  const { name, promise, tags } = drill;
  const about = { drill: name, isTwin: expectation !== undefined, promise, tags, layout: describeLayout(layout) };
  const system = { ...(boot === undefined ? {} : { boot }), ...(initramfsMaker === undefined ? {} : { initramfs: initramfsMaker }) };
  return { job, ...about, seed, skippedSteps, payloadBytes, kernel, tools, ...system };
}
