import { constants, createReadStream } from 'node:fs';
import { open } from 'node:fs/promises';
import { Socket } from 'node:net';
import { resolve } from 'node:path';
import type { Readable } from 'node:stream';
import { object } from '@optique/core/constructs';
import { message } from '@optique/core/message';
import { multiple } from '@optique/core/modifiers';
import type { InferValue } from '@optique/core/parser';
import { argument, command, option } from '@optique/core/primitives';
import { harmlessJson } from '../core/text/harmless-text.ts';
import { exitCodes } from '../core/exit-code.ts';
import type { ExitCode } from '../core/exit-code.ts';
import { RaidlabError } from '../core/failure/failure.ts';
import { judgeReading, worstOutcome } from '../core/kernel/log/judge-reading.ts';
import type { LogOutcome } from '../core/kernel/log/judge-reading.ts';
import { closeLog, initialLogState, observeLogLine } from '../core/kernel/log/read-kernel-log.ts';
import { kernelLogLines } from '../report/kernel-log-lines.ts';
import type { ReadLog } from '../report/kernel-log-lines.ts';
import type { Cli } from './cli.ts';
import { defineCommand } from './define-command.ts';
import type { Example } from './help-page.ts';
import { pathWord } from './options/value-parsers.ts';
import { readLogLines } from './log/log-input.ts';
import { createContext, whenAborted } from '../machine/context.ts';

/** The command line of `raidlab kernel-log`. */
const kernelLogArguments = command(
  'kernel-log',
  object({
    files: multiple(
      argument(pathWord('FILE', 'file'), {
        description: message`A log with kernel messages: console, dmesg, journalctl, syslog, pstore or a mail; may be compressed. Standard input if - or none.`,
      }),
    ),
    json: option('--json', { description: message`Prints one JSON document.` }),
  }),
  {
    brief: message`Finds kernel crashes and other trouble in a log: what, where, in which process.`,
    description: message`Exits 3 if the kernel crashed, 0 if not (warnings and stalls are shown), 2 if that could not be judged: no line was recognised as the kernel's, or a report is incomplete.`,
  },
);

/** The parsed command line of `raidlab kernel-log`. */
type KernelLogCommand = InferValue<typeof kernelLogArguments>;

/** Examples for `raidlab kernel-log`. */
const kernelLogExamples: readonly Example[] = [
  {
    words: 'kernel-log raidlab-results/latest/replace-missing-disk/main/console.log',
    does: 'The kernel log of the last drill.',
  },
  { words: 'kernel-log /var/log/kern.log /var/log/kern.log.2.gz', does: 'Logs of this host. Kernels from 2.6.32 to 7.3 are known.' },
  { words: 'kernel-log --json < mail.txt', does: 'A log from standard input, also quoted, wrapped or indented; result as JSON.' },
];

const exitCodeOf: Readonly<Record<LogOutcome, ExitCode>> = {
  crashed: exitCodes.crashed,
  troubled: exitCodes.held,
  quiet: exitCodes.held,
  unjudged: exitCodes.inconclusive,
};

/** Reads logs and names their kernel trouble; exit 3 when there is a crash, 2 when that could not be judged, otherwise 0. */
async function runKernelLogCommand(cli: Cli, asked: KernelLogCommand): Promise<ExitCode> {
  const logs: ReadLog[] = [];
  for (const file of asked.files.length === 0 ? ['-'] : asked.files) logs.push(await readLog(cli, file));
  const outcome = worstOutcome(logs.map((log) => log.outcome));
  if (asked.json) cli.screen.data(`${harmlessJson(documentOf(logs, outcome))}\n`);
  else cli.screen.keep(kernelLogLines(logs));
  return exitCodeOf[outcome];
}

async function readLog(cli: Cli, file: string): Promise<ReadLog> {
  const ctx = createContext({ signal: cli.interruption.signal, timeFactor: cli.timeFactor });
  let state = initialLogState;
  using aborted = whenAborted(ctx.signal);
  let source: Readable | undefined;
  try {
    source = await openSource(cli, file);
    const reading = readLogLines(ctx, source, (line) => {
      state = observeLogLine(state, line);
    });
    // Whoever writes to a pipe may never do so.
    const { packing, problem } = await Promise.race([reading, aborted.promise]);
    const read = closeLog(state);
    return { file, packing, problem, reading: read, outcome: judgeReading(read, problem === null) };
  } catch (error) {
    source?.destroy();
    if (error instanceof RaidlabError) throw error;
    const said = error instanceof Error ? error.message : String(error);
    const name = file === '-' ? 'standard input' : resolve(cli.cwdHostPath, file);
    throw new RaidlabError({
      area: 'usage',
      reason: 'bad-arguments',
      message: `${name} cannot be read: ${said}`,
      command: 'raidlab kernel-log',
    });
  }
}

async function openSource(cli: Cli, file: string): Promise<Readable> {
  if (file !== '-') return openFile(resolve(cli.cwdHostPath, file));
  const input = cli.input();
  if (input.isTTY === true) cli.screen.note('Reading the log from this terminal; Ctrl-D ends it.');
  return input;
}

/** A FIFO is read like a socket: opening and reading it as a file would block a thread, and the process could not end. */
async function openFile(hostPath: string): Promise<Readable> {
  const file = await open(hostPath, constants.O_RDONLY | constants.O_NONBLOCK | constants.O_NOCTTY);
  const isFifo = await file.stat().then((status) => status.isFIFO());
  if (!isFifo) {
    await file.close();
    return createReadStream(hostPath);
  }
  // The socket owns the handle from now on: if the handle were collected, it would close the file.
  const socket = new Socket({ fd: file.fd, readable: true, writable: false });
  socket.once('close', () => void file.close().catch(() => undefined));
  return socket;
}

function documentOf(logs: readonly ReadLog[], outcome: LogOutcome) {
  return {
    v: 1,
    outcome,
    troubles: logs.flatMap(({ file, reading }) => reading.troubles.map((trouble) => ({ ...trouble, file }))),
    files: logs.map(({ file, outcome: came, packing, problem, reading: { troubles, ...read } }) => ({
      file,
      outcome: came,
      packing,
      problem,
      troubles: troubles.length,
      ...read,
    })),
  };
}

/** `raidlab kernel-log`. */
export const kernelLogCommand = defineCommand({ parser: () => kernelLogArguments, examples: kernelLogExamples, run: runKernelLogCommand });
