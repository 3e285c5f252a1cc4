import { object } from '@optique/core/constructs';
import { message } from '@optique/core/message';
import type { InferValue } from '@optique/core/parser';
import { command, constant, option } from '@optique/core/primitives';
import { exitCodes } from '../../core/exit-code.ts';
import type { ExitCode } from '../../core/exit-code.ts';
import { conditionLines } from '../../report/lab-lines.ts';
import type { Cli } from '../cli.ts';
import type { Example } from '../help-page.ts';
import { labOption, placeOf } from './lab-option.ts';

/** Gives the command line of `raidlab status`. */
export const statusArguments = (cli: Cli) =>
  command(
    'status',
    object({
      command: constant('status'),
      lab: labOption(cli),
      json: option('--json', { description: message`Prints one JSON document.` }),
    }),
    { brief: message`Tells how a lab is.` },
  );

/** What `raidlab status` was asked for. */
export type StatusCommand = InferValue<ReturnType<typeof statusArguments>>;

/** Command lines of `raidlab status` worth typing. */
export const statusExamples: readonly Example[] = [{ words: 'status', does: 'How the lab of this directory is.' }];

/** Tells how a lab is. */
export async function runStatusCommand(cli: Cli, asked: StatusCommand): Promise<ExitCode> {
  const { inspectLab } = await import('../../lab/inspect-lab.ts');
  const { state, condition } = await inspectLab(await placeOf(cli, asked.lab));
  if (asked.json) cli.screen.data(`${JSON.stringify({ v: 1, lab: asked.lab, condition, state })}\n`);
  else cli.screen.keep(conditionLines(asked.lab, condition));
  return exitCodes.held;
}
