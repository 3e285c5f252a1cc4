import { basename } from 'node:path';
import { object } from '@optique/core/constructs';
import { message } from '@optique/core/message';
import type { InferValue } from '@optique/core/parser';
import { argument, command } from '@optique/core/primitives';
import { string } from '@optique/core/valueparser';
import { exitCodes } from '../../core/exit-code.ts';
import type { ExitCode } from '../../core/exit-code.ts';
import { createContext } from '../../machine/context.ts';
import type { Cli } from '../cli.ts';
import { defineCommand } from '../define-command.ts';

/** The command line of the process that keeps a lab on. `raidlab up` starts it; it is not for people. */
const keepLabArguments = command(
  'keep-lab',
  object({
    directory: argument(string({ metavar: 'DIR' }), { description: message`The directory of the lab.` }),
  }),
  { hidden: true, brief: message`Keeps a lab on.` },
);

/** The parsed command line of `raidlab keep-lab`. */
type KeepLabCommand = InferValue<typeof keepLabArguments>;

/** Keeps a lab until it is off. */
async function runKeepLabCommand(cli: Cli, asked: KeepLabCommand): Promise<ExitCode> {
  const [{ runKeeper }, { placeAt }] = await Promise.all([import('../../lab/keeper/keeper.ts'), import('../../lab/place/lab-place.ts')]);
  const ctx = createContext({ signal: cli.interruption.signal, timeFactor: cli.timeFactor });
  const place = placeAt(asked.directory, basename(asked.directory));
  await runKeeper(ctx, { place, store: cli.store, raidlabVersion: cli.version, mirrors: cli.mirrors, starterGone: cli.inputEnded() });
  return exitCodes.held;
}

/** `raidlab keep-lab`. */
export const keepLabCommand = defineCommand({ parser: () => keepLabArguments, examples: [], run: runKeepLabCommand });
