import { object } from '@optique/core/constructs';
import { message } from '@optique/core/message';
import type { InferValue } from '@optique/core/parser';
import { command, constant } from '@optique/core/primitives';
import { exitCodes } from '../../core/exit-code.ts';
import type { ExitCode } from '../../core/exit-code.ts';
import { line } from '../../report/text/line.ts';
import type { Cli } from '../cli.ts';
import type { Example } from '../help-page.ts';
import { callOf } from './call-of.ts';
import { openLabContext } from './lab-context.ts';
import { labHouse, labOption, placeOf } from './lab-option.ts';

/** Gives the command lines of `raidlab halt` and `raidlab crash`. */
export const haltArguments = (cli: Cli) =>
  command('halt', object({ command: constant('halt'), lab: labOption(cli) }), {
    brief: message`Shuts a lab down cleanly; its disks are kept.`,
  });

/** Gives the command line of `raidlab crash`. */
export const crashArguments = (cli: Cli) =>
  command('crash', object({ command: constant('crash'), lab: labOption(cli) }), {
    brief: message`Cuts the power of a lab; its disks are kept as they are at that moment.`,
  });

/** The parsed command line of `raidlab halt` or `raidlab crash`. */
export type HaltCommand = InferValue<ReturnType<typeof haltArguments>> | InferValue<ReturnType<typeof crashArguments>>;

/** Examples for `raidlab halt`. */
export const haltExamples: readonly Example[] = [
  { words: 'halt', does: 'Unmounts the array, closes the containers, turns off.' },
  { words: 'up', does: 'Turns it on again, with the same disks.' },
];

/** Examples for `raidlab crash`. */
export const crashExamples: readonly Example[] = [
  { words: 'crash', does: 'Pulls the plug, now.' },
  { words: 'up', does: 'Boots from what is on the disks.' },
];

/** Turns a lab off. */
export async function runHaltCommand(cli: Cli, asked: HaltCommand): Promise<ExitCode> {
  const { turnOff } = await import('../../lab/end-lab.ts');
  const place = await placeOf(cli, asked.lab);
  using ctx = openLabContext(cli, `Turning ${asked.lab} off`);
  const changed = await turnOff(ctx, labHouse(cli), place, asked.command);
  const done = asked.command === 'halt' ? 'is off' : 'is off: its power was cut';
  const call = callOf(cli, asked.lab);
  cli.screen.keep([
    line(0, changed ? `${asked.lab} ${done}. \`${call('up')}\` turns it on again, with the same disks.` : `${asked.lab} was already off.`),
  ]);
  return exitCodes.held;
}
