import { mkdirSync } from 'node:fs';
import { join, resolve } from 'node:path';
import { object } from '@optique/core/constructs';
import { message } from '@optique/core/message';
import { multiple } from '@optique/core/modifiers';
import type { InferValue } from '@optique/core/parser';
import { argument, command } from '@optique/core/primitives';
import { mergeEvents } from '../../core/bundle/merge-events.ts';
import { planMerge } from '../../core/bundle/plan-merge.ts';
import type { ExitCode } from '../../core/exit-code.ts';
import { RaidlabError } from '../../core/failure/failure.ts';
import type { ReporterSpec } from '../../core/reporter-spec.ts';
import { openOwnedDirectory } from '../../machine/cache/owned-directory.ts';
import { openStore } from '../../machine/cache/open-store.ts';
import { createContext } from '../../machine/context.ts';
import { evidenceOf, replayRun } from '../bundle/replay-run.ts';
import { unpackBundle } from '../bundle/unpack-bundle.ts';
import type { UnpackedBundle } from '../bundle/unpack-bundle.ts';
import type { Cli } from '../cli.ts';
import { defineCommand } from '../define-command.ts';
import type { Example } from '../help-page.ts';
import { outputOption, showOptions } from '../options/run-options.ts';
import { pathWord } from '../options/value-parsers.ts';
import { openHtmlReport } from '../run/html-report.ts';
import { checkReporters, openReporters } from '../run/reporters.ts';
import { nameRun } from '../run/run-directory.ts';

/** The command line of `raidlab merge`. */
const mergeArguments = command(
  'merge',
  object({
    bundles: multiple(
      argument(pathWord('BUNDLE', 'file'), { description: message`Bundles of the shards of one run, or of a single whole run.` }),
    ),
    ...showOptions,
    output: outputOption,
  }),
  {
    brief: message`Merges bundles of shards into one run, and reports it.`,
    description: message`The result is as if the drills had been run here in one piece: the same reports, the same exit code. A bundle is checked before it is used. Bundles that do not belong together are refused; while a shard is missing, the result is at best inconclusive (exit 2).`,
  },
);

/** The parsed command line of `raidlab merge`. */
type MergeCommand = InferValue<typeof mergeArguments>;

/** Examples for `raidlab merge`. */
const mergeExamples: readonly Example[] = [
  { words: 'merge 1.bundle 2.bundle 3.bundle', does: 'One run of three shards: its report, its folder, its exit code.' },
  { words: 'merge *.bundle --reporter junit=report.xml --reporter html=report.html', does: 'For CI: the results of all machines in one.' },
];

/** Merges bundles into a run; gives its exit code. Throws `bad-bundle` and `bundles-differ`. */
async function runMergeCommand(cli: Cli, asked: MergeCommand): Promise<ExitCode> {
  const specs: readonly ReporterSpec[] = asked.json ? [{ name: 'json', file: undefined }, ...asked.reporters] : asked.reporters;
  checkReporters(specs, 'raidlab merge');
  const ctx = createContext({ signal: cli.interruption.signal, timeFactor: cli.timeFactor });
  await using store = await openStore(ctx, cli.store);
  await using scratch = await openOwnedDirectory(ctx, store, 'work', 'merge');
  const bundles: UnpackedBundle[] = [];
  for (const [index, typed] of asked.bundles.entries()) {
    const intoHostPath = join(scratch.hostPath, String(index));
    mkdirSync(intoHostPath, { mode: 0o700 });
    bundles.push(await unpackBundle(ctx.signal, typed, resolve(cli.cwdHostPath, typed), intoHostPath));
  }
  const [first, ...others] = bundles;
  if (first === undefined)
    throw new RaidlabError({ area: 'usage', reason: 'bad-arguments', message: 'Name at least one bundle.', command: 'raidlab merge' });
  const plan = planMerge([first, ...others]);
  const html = openHtmlReport();
  await html.loaded;
  const run = nameRun(new Date(), nameOfMerge(plan.jobs));
  return replayRun({
    run,
    resultsHostPath: resolve(cli.cwdHostPath, asked.output),
    presenters: openReporters(cli, specs, { drills: plan.jobs.length, verbose: asked.verbose, cwdHostPath: cli.cwdHostPath }, html),
    html,
    events: (hostPath) => mergeEvents(plan, { run, hostPath }),
    evidence: evidenceOf(plan.bundles),
  });
}

/** As a run is named that was not split. */
function nameOfMerge(jobs: readonly { readonly drill: string }[]): string {
  const [only, ...others] = new Set(jobs.map(({ drill }) => drill));
  return only !== undefined && others.length === 0 ? only : `${String(jobs.length)}-drills`;
}

/** `raidlab merge`. */
export const mergeCommand = defineCommand({ parser: () => mergeArguments, examples: mergeExamples, run: runMergeCommand });
