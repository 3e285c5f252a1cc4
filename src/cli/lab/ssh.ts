import { object } from '@optique/core/constructs';
import { message } from '@optique/core/message';
import { multiple } from '@optique/core/modifiers';
import type { InferValue } from '@optique/core/parser';
import { argument, command } from '@optique/core/primitives';
import { string } from '@optique/core/valueparser';
import type { Cli } from '../cli.ts';
import { defineCommand } from '../define-command.ts';
import type { Example } from '../help-page.ts';
import { labOption } from './lab-option.ts';

/** Gives the command line of `raidlab ssh`. */
const sshArguments = (cli: Cli) =>
  command(
    'ssh',
    object({
      lab: labOption(cli),
      words: multiple(argument(string({ metavar: 'COMMAND' }), { description: message`Command to run instead of a shell, after --.` })),
    }),
    {
      usageLine: [{ type: 'literal', value: '[--lab NAME] [-- COMMAND…]' }],
      brief: message`Logs in to a lab as root, or runs a command in it.`,
      description: message`Uses this host's ssh. A single word is a line for the shell in the lab; several words are a command and its arguments, passed as they are. The connection is lost (exit 255) when the machine or its kernel dies.`,
    },
  );

/** The parsed command line of `raidlab ssh`. */
type SshCommand = InferValue<ReturnType<typeof sshArguments>>;

/** Examples for `raidlab ssh`. */
const sshExamples: readonly Example[] = [
  { words: 'ssh', does: 'A shell in the lab.' },
  { words: 'ssh -- btrfs filesystem usage /storage', does: 'One command, whose exit status is returned.' },
  { words: "ssh -- 'dmesg | tail'", does: 'A line for the shell in the lab.' },
];

/** Becomes ssh. */
async function runSshCommand(cli: Cli, asked: SshCommand): Promise<never> {
  return (await import('./become-ssh.ts')).becomeSsh(cli, asked);
}

/** `raidlab ssh`. */
export const sshCommand = defineCommand({ parser: sshArguments, examples: sshExamples, run: runSshCommand });
