import { join } from 'node:path';
import type { MatrixJob } from '../../core/campaign/matrix/matrix.ts';
import { eventsOfLostRun } from '../../core/bundle/lost-run.ts';
import { mergeEvents } from '../../core/bundle/merge-events.ts';
import type { MergeSource } from '../../core/bundle/merge-events.ts';
import { planMerge } from '../../core/bundle/plan-merge.ts';
import { formatCommand } from '../../core/plan/command.ts';
import type { Engine, EngineEnd } from '../../engine/engine.ts';
import { planJob } from '../../drills/run-drills.ts';
import type { Context } from '../../machine/context.ts';
import { evidenceOf, replayRun } from '../bundle/replay-run.ts';
import type { UnpackedBundle } from '../bundle/unpack-bundle.ts';
import { collectResult } from '../campaign/collect-result.ts';
import { labelOf } from '../campaign/run-here.ts';
import type { PreparedJob } from '../campaign/run-here.ts';
import type { Cli } from '../cli.ts';
import { openHtmlReport } from '../run/html-report.ts';
import { nameRun } from '../run/run-directory.ts';
import { endTogether } from './jobs-together.ts';
import { sendDrills } from './send-drills.ts';
import type { Cluster } from './send-drills.ts';

/** What jobs that run on Slurm have in common. */
export interface RunsOnSlurm {
  readonly ctx: Context;
  readonly cluster: Cluster;
  readonly resultsHostPath: string;
  readonly prepare: (job: MatrixJob) => PreparedJob;
}

/** Runs jobs on the nodes of a Slurm cluster. What comes back is kept as a run of its own, with its folder and its report, as a job that runs here is. */
export function runOnSlurm(cli: Cli, { ctx, cluster, resultsHostPath, prepare }: RunsOnSlurm): Engine {
  const keep = async (run: string, source: MergeSource, bundles: readonly UnpackedBundle[]): Promise<EngineEnd> => {
    const collector = collectResult();
    const html = openHtmlReport();
    await html.loaded;
    replayRun({
      run,
      resultsHostPath,
      presenters: [collector.presenter],
      html,
      events: (hostPath) => mergeEvents(planMerge([source]), { run, hostPath }),
      evidence: evidenceOf(bundles),
    });
    const result = collector.result();
    return { end: result?.standing ?? 'machine', result };
  };
  const { signal, fail } = endTogether(ctx.signal);
  const names = new Set<string>();
  /** Dozens are sent in one second, and four letters are then not enough to tell them apart. */
  const newName = (at: Date, label: string): string => {
    for (;;) {
      const name = nameRun(at, label);
      if (names.has(name)) continue;
      names.add(name);
      return name;
    }
  };
  return {
    run: async (job, begun) => {
      const { request, argv } = prepare(job);
      const label = labelOf(request);
      const sentAt = new Date();
      const run = newName(sentAt, label);
      // Before Slurm knows of it: whoever goes on after a kill finds its job by this name.
      begun({ run, directory: join(resultsHostPath, run) });
      const planned = [planJob({ job: label, request })];
      const words = [...argv, '--memory', String(request.memoryMiB), '--reporter', 'bundle=-'];
      try {
        const sent = await sendDrills({ ...ctx, signal }, cluster, { name: run, argv: words, planned });
        if (sent.is === 'bundle') {
          const end = await keep(run, sent.bundle, [sent.bundle]);
          await sent.forget();
          return end;
        }
        const command = formatCommand({ argv: [cli.program, ...argv] });
        const { version: raidlabVersion, nodeVersion } = cli;
        const at = { sentAt: sentAt.toISOString(), lostAt: new Date().toISOString() };
        const plan = { seed: request.seed, limit: 1, jobs: planned };
        const source = eventsOfLostRun({ run, command, raidlabVersion, nodeVersion, planned: plan, ...at, failure: sent.failure });
        return await keep(run, source, []);
      } catch (error) {
        if (signal.aborted) return { end: 'interrupted', result: null };
        throw fail(error);
      }
    },
  };
}
