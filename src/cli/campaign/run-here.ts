import { exitCodes } from '../../core/exit-code.ts';
import type { MatrixJob } from '../../core/campaign/matrix/matrix.ts';
import type { DrillRequest } from '../../drills/drill-request.ts';
import type { BegunRun, Engine, EngineEnd } from '../../engine/engine.ts';
import type { Cli } from '../cli.ts';
import { openHtmlReport } from '../run/html-report.ts';
import { withRun } from '../run/run.ts';
import { collectResult } from './collect-result.ts';

/** What is known of a job before it runs. */
export interface PreparedJob {
  readonly request: Omit<DrillRequest, 'runHostPath'>;
  /** What to type to run it alone, without the program. */
  readonly argv: readonly string[];
}

/** What jobs that run here have in common. */
export interface RunsHere {
  readonly resultsHostPath: string;
  readonly prepare: (job: MatrixJob) => PreparedJob;
}

/** Gives what the drill of a job is called in its run. */
export function labelOf({ drill, expectation }: PreparedJob['request']): string {
  return expectation === undefined ? drill.name : `${drill.name}-twin`;
}

/** Runs jobs on this host, each as a run of its own with its folder and its report. */
export function runHere(cli: Cli, { resultsHostPath, prepare }: RunsHere): Engine {
  const open = new Set<Cli>();
  const outside = cli.lastWords;
  cli.lastWords = (exitCode, error) => {
    for (const own of open) own.lastWords(exitCode, error);
    if (open.size === 0) outside(exitCode, error);
  };
  return {
    run: async (job, begun) => {
      const { request, argv } = prepare(job);
      // Several runs are open at once: each has last words of its own, and tells what was typed as what repeats it alone.
      const own = Object.assign(Object.create(cli) as Cli, { lastWords: outside, argv });
      open.add(own);
      try {
        return await runAlone(own, { request, resultsHostPath, begun });
      } finally {
        open.delete(own);
      }
    },
  };
}

interface RunAlone {
  readonly request: PreparedJob['request'];
  readonly resultsHostPath: string;
  readonly begun: (run: BegunRun) => void;
}

async function runAlone(cli: Cli, { request, resultsHostPath, begun }: RunAlone): Promise<EngineEnd> {
  const { runDrills } = await import('../../drills/run-drills.ts');
  const label = labelOf(request);
  const collector = collectResult(begun);
  const options = { name: label, resultsHostPath, presenters: [collector.presenter], html: openHtmlReport() };
  const exitCode = await withRun(cli, options, async ({ ctx, openJob }) => {
    const job = openJob(label);
    const [outcome] = await runDrills(ctx, [{ ...job, request: { ...request, runHostPath: job.hostPath } }], {
      limit: 1,
      seed: request.seed,
    });
    return outcome?.exitCode ?? exitCodes.internal;
  });
  const result = collector.result();
  return { end: result?.standing ?? (exitCode === exitCodes.interrupted ? 'interrupted' : 'machine'), result };
}
