import { or } from '@optique/core/constructs';
import type { InferValue } from '@optique/core/parser';
import type { ExitCode } from '../../core/exit-code.ts';
import type { Cli } from '../cli.ts';
import type { Example } from '../help-page.ts';
import { destroyArguments, destroyExamples, runDestroyCommand } from './destroy.ts';
import { crashArguments, crashExamples, haltArguments, haltExamples, runHaltCommand } from './halt.ts';
import { keepLabArguments, runKeepLabCommand } from './keep-lab.ts';
import { runSshCommand, sshArguments, sshExamples } from './ssh.ts';
import { runStatusCommand, statusArguments, statusExamples } from './status.ts';
import { runUpCommand, upArguments, upExamples } from './up.ts';

/** Gives the command lines of everything that is done to a lab. */
export const labArguments = (cli: Cli) =>
  or(
    upArguments(cli),
    haltArguments(cli),
    crashArguments(cli),
    destroyArguments(cli),
    statusArguments(cli),
    sshArguments(cli),
    keepLabArguments,
  );

/** What was asked of a lab. */
export type LabCommand = InferValue<ReturnType<typeof labArguments>>;

/** Command lines worth typing, by command. */
export const labExamples: Readonly<Record<string, readonly Example[]>> = {
  up: upExamples,
  halt: haltExamples,
  crash: crashExamples,
  destroy: destroyExamples,
  status: statusExamples,
  ssh: sshExamples,
};

/** Does what was asked of a lab. */
export async function runLabCommand(cli: Cli, asked: LabCommand): Promise<ExitCode> {
  switch (asked.command) {
    case 'up':
      return runUpCommand(cli, asked);
    case 'halt':
    case 'crash':
      return runHaltCommand(cli, asked);
    case 'destroy':
      return runDestroyCommand(cli, asked);
    case 'status':
      return runStatusCommand(cli, asked);
    case 'ssh':
      return runSshCommand(cli, asked);
    case 'keep-lab':
      return runKeepLabCommand(cli, asked);
  }
}
