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
import { labHouse, labOption } from './lab-option.ts';

/** Gives the command line of `raidlab destroy`. */
const destroyArguments = (cli: Cli) =>
  command('destroy', object({ lab: labOption(cli) }), {
    brief: message`Removes a lab: machine, disks, keys, snapshots, without confirmation.`,
  });

/** The parsed command line of `raidlab destroy`. */
type DestroyCommand = InferValue<ReturnType<typeof destroyArguments>>;

/** Examples for `raidlab destroy`. */
const destroyExamples: readonly Example[] = [{ words: 'destroy', does: 'Removes the lab of this directory, whether on or off.' }];

/** Removes a lab. A missing lab is not a failure. */
async function runDestroyCommand(cli: Cli, asked: DestroyCommand): Promise<ExitCode> {
  const [{ destroyLab }, { findLab }] = await Promise.all([import('../../lab/end-lab.ts'), import('../../lab/place/lab-place.ts')]);
  const place = await findLab(cli.cwdHostPath, asked.lab);
  if (place === undefined) {
    cli.screen.keep([line(0, `There is no lab called ${asked.lab} here: nothing to remove.`)]);
    return exitCodes.held;
  }
  using ctx = openLabContext(cli, `Removing ${asked.lab}`);
  await destroyLab(ctx, labHouse(cli), place);
  cli.screen.keep([line(0, `${asked.lab} is gone (${place.hostPath}).`)]);
  return exitCodes.held;
}

/** `raidlab destroy`. */
export const destroyCommand = defineCommand({ parser: destroyArguments, examples: destroyExamples, run: runDestroyCommand });
