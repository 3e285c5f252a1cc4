import { readFile } from 'node:fs/promises';
import { object } from '@optique/core/constructs';
import { message } from '@optique/core/message';
import type { InferValue } from '@optique/core/parser';
import { command } from '@optique/core/primitives';
import { exitCodes } from '../../core/exit-code.ts';
import type { ExitCode } from '../../core/exit-code.ts';
import type { Cli } from '../cli.ts';
import { defineCommand } from '../define-command.ts';
import type { Example } from '../help-page.ts';
import { labOption, placeOf } from './lab-option.ts';

/** Gives the command line of `raidlab ssh-config`. */
const sshConfigArguments = (cli: Cli) =>
  command('ssh-config', object({ lab: labOption(cli) }), {
    brief: message`Prints a lab's ssh configuration, for scp, rsync, editors and Ansible.`,
  });

/** The parsed command line of `raidlab ssh-config`. */
type SshConfigCommand = InferValue<ReturnType<typeof sshConfigArguments>>;

/** Examples for `raidlab ssh-config`. */
const sshConfigExamples: readonly Example[] = [
  { words: 'ssh-config > lab.conf', does: 'Then: ssh -F lab.conf default, scp -F lab.conf, rsync -e "ssh -F lab.conf".' },
];

/** Prints the ssh configuration of a lab that is on. */
async function runSshConfigCommand(cli: Cli, asked: SshConfigCommand): Promise<ExitCode> {
  const [{ requireKeeper }, { sshFiles }] = await Promise.all([import('../../lab/inspect-lab.ts'), import('../../lab/place/lab-place.ts')]);
  const place = await placeOf(cli, asked.lab);
  await requireKeeper(place);
  cli.screen.data(await readFile(sshFiles(place).configHostPath, 'utf8'));
  return exitCodes.held;
}

/** `raidlab ssh-config`. */
export const sshConfigCommand = defineCommand({ parser: sshConfigArguments, examples: sshConfigExamples, run: runSshConfigCommand });
