import { object } from '@optique/core/constructs';
import { message } from '@optique/core/message';
import type { InferValue } from '@optique/core/parser';
import { command, option } from '@optique/core/primitives';
import { exitCodes } from '../../core/exit-code.ts';
import type { ExitCode } from '../../core/exit-code.ts';
import type { Cli } from '../cli.ts';
import { defineCommand } from '../define-command.ts';
import type { Example } from '../help-page.ts';
import { openHarmlessLines } from '../terminal/harmless-lines.ts';
import { labOption, placeOf } from './lab-option.ts';

/** Gives the command line of `raidlab logs`. */
const logsArguments = (cli: Cli) =>
  command(
    'logs',
    object({
      lab: labOption(cli),
      raw: option('--raw', {
        description: message`Prints the bytes unchanged, including terminal escape sequences, which are otherwise shown as text.`,
      }),
      follow: option('-f', '--follow', { description: message`Keeps printing new lines until Ctrl-C.` }),
    }),
    { brief: message`Prints a lab's console log, including all kernel messages.` },
  );

/** The parsed command line of `raidlab logs`. */
type LogsCommand = InferValue<ReturnType<typeof logsArguments>>;

/** Examples for `raidlab logs`. */
const logsExamples: readonly Example[] = [
  { words: 'logs -f', does: 'Follows kernel messages while you break something.' },
  { words: "logs | grep -i 'btrfs.*error'", does: 'What the kernel said about the array.' },
];

/** Prints the console of a lab. */
async function runLogsCommand(cli: Cli, asked: LogsCommand): Promise<ExitCode> {
  const { readLog } = await import('../../lab/console/read-log.ts');
  const place = await placeOf(cli, asked.lab);
  const { signal } = cli.interruption;
  const lines = openHarmlessLines((text) => {
    cli.screen.data(text);
  });
  await readLog(signal, place, { follow: asked.follow }, asked.raw ? writeBytes(cli) : lines.take);
  lines.end();
  return signal.aborted ? exitCodes.interrupted : exitCodes.held;
}

function writeBytes({ screen }: Cli): (bytes: Buffer) => void {
  return (bytes) => {
    // The buffer is overwritten by the next read, before a slow reader has taken it.
    screen.data(Buffer.from(bytes));
  };
}

/** `raidlab logs`. */
export const logsCommand = defineCommand({ parser: logsArguments, examples: logsExamples, run: runLogsCommand });
