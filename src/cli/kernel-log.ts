import { readFile } from 'node:fs/promises';
import { resolve } from 'node:path';
import { object } from '@optique/core/constructs';
import { message } from '@optique/core/message';
import type { InferValue } from '@optique/core/parser';
import { argument, command, constant, option } from '@optique/core/primitives';
import { string } from '@optique/core/valueparser';
import { exitCodes } from '../core/exit-code.ts';
import type { ExitCode } from '../core/exit-code.ts';
import { RaidlabError } from '../core/failure.ts';
import { findTroubles } from '../core/kernel/observe-console-line.ts';
import { isCrash } from '../core/kernel/trouble.ts';
import { troubleLines } from '../report/evidence-lines.ts';
import { blank, line } from '../report/line.ts';
import type { Cli } from './cli.ts';
import type { Example } from './help-page.ts';

/** The command line of `raidlab kernel-log`. */
export const kernelLogArguments = command(
  'kernel-log',
  object({
    command: constant('kernel-log'),
    file: argument(string({ metavar: 'FILE' }), { description: message`A console log or the output of dmesg; - for standard input.` }),
    json: option('--json', { description: message`Prints one JSON document.` }),
  }),
  {
    brief: message`Names the kernel trouble in a console log: what, where, in which process, during what. Exit 3 when the kernel crashed.`,
  },
);

/** What `raidlab kernel-log` was asked for. */
export type KernelLogCommand = InferValue<typeof kernelLogArguments>;

/** Command lines of `raidlab kernel-log` worth typing. */
export const kernelLogExamples: readonly Example[] = [
  {
    words: 'kernel-log raidlab-results/latest/replace-missing-disk/main/console.log',
    does: 'What the kernel of the last drill had to say.',
  },
  { words: 'kernel-log - < dmesg.txt', does: 'A log from elsewhere; kernels from 3.16 to 7.3 are known.' },
];

/** Reads a log and names its kernel trouble; exit 3 when there is a crash, 0 when there is none (warnings and stalls are shown). */
export async function runKernelLogCommand(cli: Cli, asked: KernelLogCommand): Promise<ExitCode> {
  const hostPath = asked.file === '-' ? '/dev/stdin' : resolve(cli.cwdHostPath, asked.file);
  const troubles = findTroubles((await readLog(hostPath)).split('\n'));
  if (asked.json) cli.screen.data(`${JSON.stringify({ v: 1, troubles })}\n`);
  else if (troubles.length === 0) cli.screen.keep([line(0, 'No kernel trouble in it.')]);
  else cli.screen.keep(troubles.flatMap((trouble, index) => [...(index === 0 ? [] : [blank]), ...troubleLines(trouble)]));
  return troubles.some(isCrash) ? exitCodes.crashed : exitCodes.held;
}

async function readLog(hostPath: string): Promise<string> {
  try {
    return await readFile(hostPath, 'utf8');
  } catch (error) {
    const said = error instanceof Error ? error.message : String(error);
    throw new RaidlabError({
      area: 'usage',
      reason: 'bad-arguments',
      message: `${hostPath} cannot be read: ${said}`,
      command: 'raidlab kernel-log',
    });
  }
}
