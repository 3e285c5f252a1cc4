import { object } from '@optique/core/constructs';
import { message } from '@optique/core/message';
import { multiple } from '@optique/core/modifiers';
import type { InferValue } from '@optique/core/parser';
import { argument, command, constant } from '@optique/core/primitives';
import { string } from '@optique/core/valueparser';
import type { Cli } from '../cli.ts';
import type { Example } from '../help-page.ts';
import { labOption } from './lab-option.ts';

/** Gives the command line of `raidlab ssh`. */
export const sshArguments = (cli: Cli) =>
  command(
    'ssh',
    object({
      command: constant('ssh'),
      lab: labOption(cli),
      words: multiple(argument(string({ metavar: 'COMMAND' }), { description: message`What to run instead of a shell, after --.` })),
    }),
    {
      usageLine: [{ type: 'literal', value: '[-- COMMAND…]' }],
      brief: message`Logs in to a lab, or runs a command there.`,
      description: message`Logs in to a lab as root, or runs a command there, by the ssh of this host. The exit status is the command's; 255 when the connection was lost, because the machine or its kernel died. One word is a line for the shell in the lab; several are a command and its arguments, as they are.`,
    },
  );

/** What `raidlab ssh` was asked for. */
export type SshCommand = InferValue<ReturnType<typeof sshArguments>>;

/** Command lines of `raidlab ssh` worth typing. */
export const sshExamples: readonly Example[] = [
  { words: 'ssh', does: 'A shell in the lab.' },
  { words: 'ssh -- btrfs filesystem usage /storage', does: 'One command; its exit status is yours.' },
  { words: "ssh -- 'dmesg | tail'", does: 'A line for the shell there.' },
];

/** Becomes ssh. */
export async function runSshCommand(cli: Cli, asked: SshCommand): Promise<never> {
  return (await import('./become-ssh.ts')).becomeSsh(cli, asked);
}
