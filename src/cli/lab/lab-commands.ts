import { or } from '@optique/core/constructs';
import type { InferValue } from '@optique/core/parser';
import type { ExitCode } from '../../core/exit-code.ts';
import type { Cli } from '../cli.ts';
import type { Example } from '../help-page.ts';
import { consoleArguments, consoleExamples, runConsoleCommand } from './console.ts';
import { cpArguments, cpExamples, runCpCommand } from './cp.ts';
import { destroyArguments, destroyExamples, runDestroyCommand } from './destroy.ts';
import { crashArguments, crashExamples, haltArguments, haltExamples, runHaltCommand } from './halt.ts';
import { diskArguments, diskExamples } from './disk.ts';
import { runDiskCommand } from './run-disk-command.ts';
import { keepLabArguments, runKeepLabCommand } from './keep-lab.ts';
import { logsArguments, logsExamples, runLogsCommand } from './logs.ts';
import { lsArguments, lsExamples, pruneArguments, pruneExamples, runLsCommand } from './ls.ts';
import { provisionArguments, provisionExamples, runProvisionCommand } from './provision.ts';
import { reloadArguments, reloadExamples, runReloadCommand } from './reload.ts';
import { runSimulateCommand, simulateArguments, simulateExamples } from './simulate-disk-failure.ts';
import { runSnapshotCommand, snapshotArguments, snapshotExamples } from './snapshot.ts';
import { runSshConfigCommand, sshConfigArguments, sshConfigExamples } from './ssh-config.ts';
import { runSshCommand, sshArguments, sshExamples } from './ssh.ts';
import { runStatusCommand, statusArguments, statusExamples } from './status.ts';
import { runUpCommand, upArguments, upExamples } from './up.ts';

/** Gives the command lines of all lab commands. */
export const labArguments = (cli: Cli) => or(workArguments(cli), lifeArguments(cli));

const lifeArguments = (cli: Cli) =>
  or(
    provisionArguments(cli),
    reloadArguments(cli),
    haltArguments(cli),
    crashArguments(cli),
    destroyArguments(cli),
    lsArguments,
    pruneArguments,
    keepLabArguments,
  );

const workArguments = (cli: Cli) =>
  or(
    upArguments(cli),
    sshArguments(cli),
    consoleArguments(cli),
    statusArguments(cli),
    diskArguments(cli),
    simulateArguments(cli),
    snapshotArguments(cli),
    logsArguments(cli),
    cpArguments(cli),
    sshConfigArguments(cli),
  );

/** A parsed lab command. */
export type LabCommand = InferValue<ReturnType<typeof labArguments>>;

/** Examples by command. */
export const labExamples: Readonly<Record<string, readonly Example[]>> = {
  up: upExamples,
  provision: provisionExamples,
  reload: reloadExamples,
  halt: haltExamples,
  crash: crashExamples,
  destroy: destroyExamples,
  ls: lsExamples,
  prune: pruneExamples,
  status: statusExamples,
  ssh: sshExamples,
  'ssh-config': sshConfigExamples,
  console: consoleExamples,
  cp: cpExamples,
  logs: logsExamples,
  disk: diskExamples,
  'simulate-disk-failure': simulateExamples,
  snapshot: snapshotExamples,
};

/** Runs a lab command. */
export async function runLabCommand(cli: Cli, asked: LabCommand): Promise<ExitCode> {
  switch (asked.command) {
    case 'up':
      return runUpCommand(cli, asked);
    case 'provision':
      return runProvisionCommand(cli, asked);
    case 'reload':
      return runReloadCommand(cli, asked);
    case 'halt':
    case 'crash':
      return runHaltCommand(cli, asked);
    case 'destroy':
      return runDestroyCommand(cli, asked);
    case 'ls':
    case 'prune':
      return runLsCommand(cli, asked);
    case 'status':
      return runStatusCommand(cli, asked);
    case 'ssh':
      return runSshCommand(cli, asked);
    case 'ssh-config':
      return runSshConfigCommand(cli, asked);
    case 'console':
      return runConsoleCommand(cli, asked);
    case 'cp':
      return runCpCommand(cli, asked);
    case 'logs':
      return runLogsCommand(cli, asked);
    case 'disk':
      return runDiskCommand(cli, asked);
    case 'simulate-disk-failure':
      return runSimulateCommand(cli, asked);
    case 'snapshot':
      return runSnapshotCommand(cli, asked);
    case 'keep-lab':
      return runKeepLabCommand(cli, asked);
  }
}
