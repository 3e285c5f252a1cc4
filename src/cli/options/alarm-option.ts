import { resolve } from 'node:path';
import { message } from '@optique/core/message';
import { optional } from '@optique/core/modifiers';
import { option } from '@optique/core/primitives';
import { string } from '@optique/core/valueparser';
import { RaidlabError } from '../../core/failure/failure.ts';
import { splitCommand } from '../../core/text/split-command.ts';
import { alarmGuestPath } from '../../drills/alarm/alarm-watch.ts';
import type { Alarm } from '../../drills/alarm/alarm-watch.ts';
import { readNamedFile, UnreadableFile } from '../../machine/files/named-file.ts';

/** A monitoring command that is run beside a drill. */
export const alarmOption = optional(
  option('--alarm', string({ metavar: 'COMMAND' }), {
    description: message`Your monitoring command, run in the guest every few seconds: the report says when it first rang (exited with anything but 0) after the fault. A script of yours (./check.sh) is copied; "raidlab new alarm" writes one.`,
  }),
);

/** More than any script has that is copied into a guest, bytes. */
export const mostScriptBytes = 1024 ** 2;

/** Gives the alarm that was asked for; throws a usage failure for one that cannot be run as it is. */
export async function resolveAlarm(command: string, cwdHostPath: string, caller: string): Promise<Alarm> {
  const refuse = (why: string): never => {
    throw new RaidlabError({ area: 'usage', reason: 'bad-arguments', message: `--alarm ${command}: ${why}`, command: caller });
  };
  const words = splitCommand(command);
  if (words === 'quote-not-closed') return refuse('a quote is not closed in it.');
  // There is no shell between raidlab and the guest.
  if (words === 'needs-shell') return refuse('a command is words and nothing for a shell; put the rest into a script.');
  const [program = '', ...args] = words;
  if (program === '') refuse('there is no command in it.');
  if (!program.includes('/')) return { command, argv: [program, ...args], script: null };
  const hostPath = resolve(cwdHostPath, program);
  try {
    const script = await readNamedFile(hostPath, mostScriptBytes);
    if (script.startsWith('#!')) return { command, argv: [alarmGuestPath, ...args], script };
    if (!program.startsWith('/')) refuse(`${program} does not begin with #! and the program that runs it.`);
  } catch (error) {
    if (!(error instanceof UnreadableFile)) throw error;
    // A path that is there in the guest alone.
    if (!program.startsWith('/')) refuse(`${program} cannot be read: ${error.why}.`);
  }
  return { command, argv: [program, ...args], script: null };
}
