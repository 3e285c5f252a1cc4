import { object } from '@optique/core/constructs';
import { message } from '@optique/core/message';
import { command } from '@optique/core/primitives';
import { exitCodes } from '../../core/exit-code.ts';
import type { ExitCode } from '../../core/exit-code.ts';
import { line } from '../../report/text/line.ts';
import type { Cli } from '../cli.ts';
import { defineCommand } from '../define-command.ts';
import { callOf } from './call-of.ts';
import { openLabContext } from './lab-context.ts';
import { labHouse, labOption, placeOf } from './lab-option.ts';

/** `raidlab halt`. */
export const haltCommand = defineCommand({
  parser: (cli) =>
    command('halt', object({ lab: labOption(cli) }), {
      brief: message`Shuts a lab down cleanly; its disks are kept.`,
    }),
  examples: [
    { words: 'halt', does: 'Unmounts the array, closes the containers, turns off.' },
    { words: 'up', does: 'Turns it on again, with the same disks.' },
  ],
  run: async (cli, { lab }) => runTurnOff(cli, lab, 'halt'),
});

/** `raidlab crash`. */
export const crashCommand = defineCommand({
  parser: (cli) =>
    command('crash', object({ lab: labOption(cli) }), {
      brief: message`Cuts the power of a lab; its disks are kept as they are at that moment.`,
    }),
  examples: [
    { words: 'crash', does: 'Pulls the plug, now.' },
    { words: 'up', does: 'Boots from what is on the disks.' },
  ],
  run: async (cli, { lab }) => runTurnOff(cli, lab, 'crash'),
});

async function runTurnOff(cli: Cli, lab: string, how: 'halt' | 'crash'): Promise<ExitCode> {
  const { turnOff } = await import('../../lab/end-lab.ts');
  const place = await placeOf(cli, lab);
  using ctx = openLabContext(cli, `Turning ${lab} off`);
  const changed = await turnOff(ctx, labHouse(cli), place, how);
  const done = how === 'halt' ? 'is off' : 'is off: its power was cut';
  const call = callOf(cli, lab);
  cli.screen.keep([
    line(0, changed ? `${lab} ${done}. \`${call('up')}\` turns it on again, with the same disks.` : `${lab} was already off.`),
  ]);
  return exitCodes.held;
}
