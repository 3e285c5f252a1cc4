import { addToResults, noResults } from '../../core/campaign/archived-result.ts';
import type { ArchivedResult } from '../../core/campaign/archived-result.ts';
import { exitCodes } from '../../core/exit-code.ts';
import type { MatrixJob } from '../../core/campaign/matrix/matrix.ts';
import type { DrillRequest } from '../../drills/drill-request.ts';
import type { BegunRun, Engine, EngineEnd } from '../../engine/engine.ts';
import type { Cli } from '../cli.ts';
import { openHtmlReport } from '../run/html-report.ts';
import type { Presenter } from '../run/presenter.ts';
import { withRun } from '../run/run.ts';

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
  const label = request.expectation === undefined ? request.drill.name : `${request.drill.name}-twin`;
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

/** Follows a run for its one result. */
function collectResult(begun: (run: BegunRun) => void) {
  let state = noResults;
  const presenter: Presenter = {
    event: (event) => {
      state = addToResults(state, event);
      if (event.type === 'run-started' && event.directory !== null) begun({ run: event.run, directory: event.directory });
    },
    finish: () => undefined,
    end: () => undefined,
  };
  return { presenter, result: (): ArchivedResult | null => state.results[0] ?? null };
}
