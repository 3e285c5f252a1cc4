import { object } from '@optique/core/constructs';
import { message } from '@optique/core/message';
import type { InferValue } from '@optique/core/parser';
import { command } from '@optique/core/primitives';
import { exitCodes } from '../../core/exit-code.ts';
import type { ExitCode } from '../../core/exit-code.ts';
import { line } from '../../report/text/line.ts';
import type { Cli } from '../cli.ts';
import { defineCommand } from '../define-command.ts';
import type { Example } from '../help-page.ts';
import { openLabContext } from './lab-context.ts';
import { labHouse, labOption, placeOf } from './lab-option.ts';

/** Gives the command line of `raidlab provision`. */
const provisionArguments = (cli: Cli) =>
  command('provision', object({ lab: labOption(cli) }), {
    brief: message`Builds the array of a lab that is on, showing every command; does nothing if it is built.`,
  });

/** The parsed command line of `raidlab provision`. */
type ProvisionCommand = InferValue<ReturnType<typeof provisionArguments>>;

/** Examples for `raidlab provision`. */
const provisionExamples: readonly Example[] = [
  { words: 'up --no-provision', does: 'A lab with blank disks.' },
  { words: 'provision', does: 'Builds the array: containers, crypttab, mkfs, fstab, mount.' },
];

/** Builds the array of a lab. */
async function runProvisionCommand(cli: Cli, asked: ProvisionCommand): Promise<ExitCode> {
  const [{ askLocked }, { requireKeeper }, { readLabState }] = await Promise.all([
    import('../../lab/bring-up.ts'),
    import('../../lab/inspect-lab.ts'),
    import('../../lab/place/state-file.ts'),
  ]);
  const place = await placeOf(cli, asked.lab);
  await requireKeeper(place);
  using ctx = openLabContext(cli, `Building the array of ${asked.lab}`);
  const { changed } = await askLocked(ctx, labHouse(cli), place, { op: 'provision' });
  const { layout } = await readLabState(place);
  const now = changed ? `is mounted on ${layout.mountPoint}` : 'is already built';
  cli.screen.keep([line(0, `The array of ${asked.lab} ${now}.`)]);
  return exitCodes.held;
}

/** `raidlab provision`. */
export const provisionCommand = defineCommand({ parser: provisionArguments, examples: provisionExamples, run: runProvisionCommand });
