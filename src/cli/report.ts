import { existsSync, realpathSync } from 'node:fs';
import { join, relative, resolve } from 'node:path';
import { object } from '@optique/core/constructs';
import { message } from '@optique/core/message';
import { optional, withDefault } from '@optique/core/modifiers';
import type { InferValue } from '@optique/core/parser';
import { argument, command, option } from '@optique/core/primitives';
import { exitCodes } from '../core/exit-code.ts';
import type { ExitCode } from '../core/exit-code.ts';
import { RaidlabError } from '../core/failure/failure.ts';
import { reportFileName } from '../report/report-file-name.ts';
import type { Cli } from './cli.ts';
import { defineCommand } from './define-command.ts';
import type { Example } from './help-page.ts';
import { pathWord } from './options/value-parsers.ts';
import { loadRenderer, writeReport } from './run/html-report.ts';

/** As much of what guests did and said as such a report has, characters: nothing else is in our memory now. */
const mostTalkChars = 48 * 1024 * 1024;

/** The command line of `raidlab report`. */
const reportArguments = command(
  'report',
  object({
    run: withDefault(
      argument(pathWord('RUN', 'directory'), {
        description: message`The folder of a run, or its name in raidlab-results (default: latest).`,
      }),
      'latest',
    ),
    output: optional(
      option('--output', pathWord('FILE', 'file'), {
        description: message`File to write (default: report.html in the folder of the run).`,
      }),
    ),
  }),
  {
    brief: message`Makes the report of a run again, from what is in its folder.`,
    description: message`Every run has a report already. This makes one of a run that was killed, or of one of an earlier version.`,
  },
);

/** The parsed command line of `raidlab report`. */
type ReportCommand = InferValue<typeof reportArguments>;

/** Examples for `raidlab report`. */
const reportExamples: readonly Example[] = [
  { words: 'report', does: 'The report of the latest run, for a browser.' },
  {
    words: 'report raidlab-results/20261129T120000Z-slow-disk-1a2b --output slow-disk.html',
    does: 'That of another run, to send to somebody.',
  },
];

/** Makes the report of a run. Throws `bad-arguments` for a folder that holds none, `disk-full` and `not-writable`. */
async function runReportCommand(cli: Cli, { run, output }: ReportCommand): Promise<ExitCode> {
  const named = resolve(cli.cwdHostPath, run);
  const runHostPath = existsSync(named) ? named : resolve(cli.cwdHostPath, 'raidlab-results', run);
  if (!existsSync(runHostPath)) {
    const why =
      run === 'latest' ? 'There is no run here yet: `raidlab drill` leaves one in raidlab-results.' : `There is no run ${run} here.`;
    throw new RaidlabError({ area: 'usage', reason: 'bad-arguments', message: why, command: 'raidlab report' });
  }
  const render = await loadRenderer(mostTalkChars);
  const text = render(runHostPath);
  const hostPath = output === undefined ? join(realpathSync(runHostPath), reportFileName) : resolve(cli.cwdHostPath, output);
  writeReport(hostPath, text);
  const shown = relative(cli.cwdHostPath, hostPath);
  cli.screen.data(`${shown.startsWith('..') ? hostPath : shown}\n`);
  return exitCodes.held;
}

/** `raidlab report`. */
export const reportCommand = defineCommand({ parser: () => reportArguments, examples: reportExamples, run: runReportCommand });
