/**
 * A run of `raidlab drill` on the nodes of a cluster: as many shards as there are drills, each a job of Slurm, merged as `raidlab merge` merges them.
 */
import { resolve } from 'node:path';
import { eventsOfLostRun } from '../../core/bundle/lost-run.ts';
import { mergeEvents } from '../../core/bundle/merge-events.ts';
import type { MergeSource } from '../../core/bundle/merge-events.ts';
import { planMerge } from '../../core/bundle/plan-merge.ts';
import { mostMachineAttempts } from '../../core/campaign/matrix/attempts.ts';
import { formatShard, mostShards } from '../../core/campaign/shard.ts';
import { splitRun } from '../../core/campaign/split-run.ts';
import type { PlannedJob } from '../../core/event.ts';
import type { ExitCode } from '../../core/exit-code.ts';
import { describeFailure } from '../../core/failure/failure.ts';
import { formatCommand } from '../../core/plan/command.ts';
import type { ReporterSpec } from '../../core/reporter-spec.ts';
import type { SlurmWishes } from '../../core/slurm/srun-command.ts';
import { withoutOptions } from '../../core/text/without-options.ts';
import { sideBySide } from '../../drills/proof/side-by-side.ts';
import { requireSlurm } from '../../engine/slurm/run-slurm-job.ts';
import { createContext } from '../../machine/context.ts';
import type { Context } from '../../machine/context.ts';
import { line, span } from '../../report/text/line.ts';
import { openScratch } from '../bundle/open-scratch.ts';
import { evidenceOf, replayRun } from '../bundle/replay-run.ts';
import type { UnpackedBundle } from '../bundle/unpack-bundle.ts';
import type { Cli } from '../cli.ts';
import { usualJobsInQueue } from '../options/slurm-options.ts';
import { openHtmlReport } from '../run/html-report.ts';
import { openReporters } from '../run/reporters.ts';
import { nameRun } from '../run/run-directory.ts';
import { endTogether } from './jobs-together.ts';
import { sendDrills } from './send-drills.ts';
import type { Cluster } from './send-drills.ts';

/** What a command line says of a run that is to go to Slurm. */
export interface SlurmRun {
  readonly wishes: SlurmWishes;
  /** The run's name, for its directory. */
  readonly name: string;
  readonly reporters: readonly ReporterSpec[];
  readonly verbose: boolean;
  /** How many jobs in the queue at once; undefined: as many as usual. */
  readonly jobs: number | undefined;
  readonly output: string;
}

/** What is for us, and not for a node. */
const ownOptions = {
  valued: ['--on', '--partition', '--constraint', '--prefer', '--cores', '--jobs', '-j', '--reporter', '--output', '--seed'],
  flags: ['--json', '-v', '--verbose'],
};

/** Runs drills on Slurm, and shows and keeps them as one run of this host; gives its exit code. Rejects as `sendDrills` does. */
export async function runDrillsOnSlurm(cli: Cli, whole: readonly PlannedJob[], asked: SlurmRun): Promise<ExitCode> {
  const ctx = createContext({ signal: cli.interruption.signal, timeFactor: cli.timeFactor });
  await requireSlurm(ctx, asked.wishes);
  await using scratch = await openScratch(cli, 'slurm');
  const html = openHtmlReport();
  const listOptions = { drills: whole.length, verbose: asked.verbose, cwdHostPath: cli.cwdHostPath };
  const presenters = openReporters(cli, asked.reporters, listOptions, html);
  const run = nameRun(new Date(), asked.name);
  const cluster = { wishes: asked.wishes, scratchHostPath: scratch.hostPath, version: cli.version };
  const shards = await runShards(cli, ctx, { run, whole, cluster, limit: asked.jobs ?? usualJobsInQueue });
  await html.loaded;
  const [first, ...others] = shards.map(({ source }) => source);
  if (first === undefined) throw new Error('a run without drills');
  const remarks = shards.flatMap((shard) => shard.remarks);
  return replayRun({
    run,
    resultsHostPath: resolve(cli.cwdHostPath, asked.output),
    presenters,
    html,
    events: (hostPath) => mergeEvents(planMerge([first, ...others]), { run, hostPath, remarks }),
    evidence: evidenceOf(shards.flatMap(({ bundle }) => bundle ?? [])),
  });
}

interface WholeRun {
  readonly run: string;
  readonly whole: readonly PlannedJob[];
  readonly cluster: Cluster;
  readonly limit: number;
}

/** What became of a shard. */
interface RunShard {
  readonly source: MergeSource;
  readonly bundle: UnpackedBundle | undefined;
  /** What was lost on the way to it. */
  readonly remarks: readonly string[];
}

async function runShards(cli: Cli, ctx: Context, { limit, ...run }: WholeRun): Promise<readonly RunShard[]> {
  const of = Math.min(run.whole.length, mostShards);
  const { signal, fail } = endTogether(ctx.signal);
  let ended = 0;
  const showLive = (): void => {
    cli.screen.setLive([line(0, [span('… ', 'quiet'), span(`on Slurm: ${String(ended)} of ${String(of)} jobs have ended`)])]);
  };
  showLive();
  try {
    return await sideBySide(
      Array.from({ length: of }, (_, index) => async () => {
        try {
          const shard = await runShard(cli, { ...ctx, signal }, { ...run, number: index + 1, of });
          ended += 1;
          showLive();
          return shard;
        } catch (error) {
          throw fail(error);
        }
      }),
      limit,
    );
  } finally {
    cli.screen.setLive([]);
  }
}

interface Part extends Omit<WholeRun, 'limit'> {
  readonly number: number;
  readonly of: number;
}

/** A verdict is final. What was lost is tried once more, and told. */
async function runShard(cli: Cli, ctx: Context, { run, whole, cluster, number, of }: Part): Promise<RunShard> {
  const { shard, here } = splitRun(whole, { number, of });
  const planned = here.flatMap((index) => whole[index] ?? []);
  const labels = planned.map(({ job }) => job).join(', ');
  const seed = planned[0]?.seed ?? '';
  const own = ['--seed', seed, '--shard', formatShard({ number, of }), '--reporter', 'bundle=-'];
  // Before what is typed: `--` ends the options.
  const argv = ['drill', ...own, ...withoutOptions(cli.argv.slice(1), ownOptions)];
  const remarks: string[] = [];
  const sentAt = new Date().toISOString();
  for (let attempt = 1; ; attempt += 1) {
    const sent = await sendDrills(ctx, cluster, { name: `${run}-${String(number)}-${String(attempt)}`, argv, planned });
    if (sent.is === 'bundle') return { source: sent.bundle, bundle: sent.bundle, remarks };
    const { what } = describeFailure(sent.failure);
    if (attempt < mostMachineAttempts) {
      remarks.push(`An attempt of ${labels} is not counted, and was followed by another. ${what}`);
      continue;
    }
    const command = formatCommand({ argv: [cli.program, ...cli.argv] });
    const plan = { seed, limit: 1, jobs: planned, shard };
    const lost = { run, command, raidlabVersion: cli.version, nodeVersion: cli.nodeVersion, planned: plan, sentAt };
    const source = eventsOfLostRun({ ...lost, lostAt: new Date().toISOString(), failure: sent.failure });
    return { source, bundle: undefined, remarks };
  }
}
