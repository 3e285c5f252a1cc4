import { resolve } from 'node:path';
import { object } from '@optique/core/constructs';
import { message } from '@optique/core/message';
import { multiple, optional, withDefault } from '@optique/core/modifiers';
import type { InferValue } from '@optique/core/parser';
import { command, option } from '@optique/core/primitives';
import { integer } from '@optique/core/valueparser';
import { arrangeByKernel } from '../../core/campaign/by-kernel.ts';
import { findRegressions } from '../../core/campaign/regressions.ts';
import { exitCodes } from '../../core/exit-code.ts';
import type { ExitCode } from '../../core/exit-code.ts';
import { RaidlabError } from '../../core/failure/failure.ts';
import { kernelsTable } from '../../report/campaign/kernels-table.ts';
import { regressionsTable, resultsTable } from '../../report/campaign/tables.ts';
import type { Cli } from '../cli.ts';
import { defineCommand } from '../define-command.ts';
import type { Example } from '../help-page.ts';
import { archiveHostPathOf, filterOf, filterOptions, tableOptions } from '../options/archive-options.ts';
import { pathWord } from '../options/value-parsers.ts';
import { writeReport } from '../run/html-report.ts';
import { showTable } from '../run/show-table.ts';

/** The command line of `raidlab results`. */
const resultsArguments = command(
  'results',
  object({
    regressions: option('--regressions', {
      description: message`Shows which promises were broken on which kernels: first bad, last bad, fixed in.`,
    }),
    byKernel: option('--by-kernel', {
      description: message`Shows how each drill came out on each kernel, with counts and confidence.`,
    }),
    add: multiple(
      option('--add', pathWord('RUN', 'any'), {
        description: message`First adds the results of a run: its folder, or its bundle; or those that --export wrote. Can be given more than once.`,
      }),
    ),
    export: optional(
      option('--export', pathWord('FILE', 'file'), {
        description: message`Also writes the results to a file, without their evidence, for another archive.`,
      }),
    ),
    limit: withDefault(
      option('--limit', integer({ metavar: 'N', min: 1, max: 100_000 }), {
        description: message`How many of the latest results are shown (default: 20).`,
      }),
      20,
    ),
    ...filterOptions,
    ...tableOptions,
  }),
  {
    brief: message`Shows results of earlier runs, from the archive.`,
    description: message`Every matrix keeps its results in the archive, and those of any run can be added. What failed for the machine's sake is shown, and counts neither as good nor as bad.`,
  },
);

/** The parsed command line of `raidlab results`. */
type ResultsCommand = InferValue<typeof resultsArguments>;

/** Examples for `raidlab results`. */
const resultsExamples: readonly Example[] = [
  { words: 'results', does: 'The latest results.' },
  { words: 'results --regressions', does: 'Since which kernel a promise is broken, and in which it is fixed, with counts and odds.' },
  { words: 'results --regressions --layout raid10 --html raid10.html', does: 'For one profile, as a page whose cells lead to the runs.' },
  { words: 'results --by-kernel --matrix nightly --markdown', does: 'How each drill came out on each kernel, as a table for a page.' },
  { words: 'results --add raidlab-results/latest --drill slow-disk', does: 'Adds the results of the last run first.' },
  {
    words: 'results --matrix nightly --export nightly.ndjson',
    does: 'Takes them to another archive, where --add nightly.ndjson adds them.',
  },
];

/** Shows results of the archive. Throws `bad-archive`, `bad-bundle`, `bad-export`, and `bad-arguments` for a folder that holds no run. */
async function runResultsCommand(cli: Cli, asked: ResultsCommand): Promise<ExitCode> {
  if (asked.regressions && asked.byKernel) {
    const message = '--regressions and --by-kernel are two tables: choose one.';
    throw new RaidlabError({ area: 'usage', reason: 'bad-arguments', message, command: 'raidlab results' });
  }
  const { openArchive } = await import('../../archive/archive.ts');
  using archive = await openArchive(archiveHostPathOf(cli, asked.archive));
  if (asked.add.length > 0) archive.add(await (await import('../bundle/results-of-runs.ts')).resultsOfRuns(cli, asked.add));
  const filter = filterOf(asked);
  if (asked.export !== undefined) {
    const { formatExport } = await import('../../core/campaign/exported-results.ts');
    // The oldest first: what is new is at the end.
    writeReport(resolve(cli.cwdHostPath, asked.export), formatExport(archive.latest(filter, Number.MAX_SAFE_INTEGER).toReversed()));
  }
  if (asked.regressions) {
    const counts = archive.count(filter);
    const regressions = findRegressions(counts);
    const judged = counts.reduce((sum, { counts: { good, bad } }) => sum + good + bad, 0);
    await showTable(cli, regressionsTable(regressions, judged), { regressions }, asked);
  } else if (asked.byKernel) {
    const grid = arrangeByKernel(archive.count(filter));
    await showTable(cli, kernelsTable(grid), grid, asked);
  } else {
    const results = archive.latest(filter, asked.limit);
    const total = archive.total(filter);
    await showTable(cli, resultsTable(results, total), { total, results }, asked);
  }
  return exitCodes.held;
}

/** `raidlab results`. */
export const resultsCommand = defineCommand({ parser: () => resultsArguments, examples: resultsExamples, run: runResultsCommand });
