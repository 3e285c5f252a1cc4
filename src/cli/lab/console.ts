import { object } from '@optique/core/constructs';
import { message } from '@optique/core/message';
import type { InferValue } from '@optique/core/parser';
import { command, constant } from '@optique/core/primitives';
import { exitCodes } from '../../core/exit-code.ts';
import type { ExitCode } from '../../core/exit-code.ts';
import { describeFailure, RaidlabError } from '../../core/failure/failure.ts';
import type { AttachedConsole } from '../../lab/console/attach-console.ts';
import { createContext } from '../../machine/context.ts';
import type { Context } from '../../machine/context.ts';
import { failureLines } from '../../report/failure-lines.ts';
import { line, span } from '../../report/text/line.ts';
import type { Cli } from '../cli.ts';
import type { Example } from '../help-page.ts';
import type { Terminal } from '../terminal/raw-terminal.ts';
import { labOption, placeOf } from './lab-option.ts';

/** Gives the command line of `raidlab console`. */
export const consoleArguments = (cli: Cli) =>
  command('console', object({ command: constant('console'), lab: labOption(cli) }), {
    brief: message`Goes to the console of a lab: what its kernel says, and a root shell that needs no network.`,
    description: message`Goes to the console of a lab: what its kernel says as it says it, and a root shell that needs neither network nor ssh. Ctrl-] leaves it; the shell stays as it is for the next time.`,
  });

/** What `raidlab console` was asked for. */
export type ConsoleCommand = InferValue<ReturnType<typeof consoleArguments>>;

/** Command lines of `raidlab console` worth typing. */
export const consoleExamples: readonly Example[] = [
  { words: 'console', does: 'A shell, and the kernel’s words between its lines. Ctrl-] leaves.' },
];

/** What leaves the console: Ctrl-], as in virsh and telnet. */
const leavingByte = 0x1d;

/** Goes to the console of a lab, until it is left or the machine is gone. */
export async function runConsoleCommand(cli: Cli, asked: ConsoleCommand): Promise<ExitCode> {
  const place = await placeOf(cli, asked.lab);
  const terminal = cli.terminal();
  if (terminal === undefined) {
    const text =
      'A console needs a terminal, and here standard input or output is none. Programs use `raidlab ssh -- COMMAND` and `raidlab logs -f`.';
    throw new RaidlabError({ area: 'usage', reason: 'bad-arguments', message: text, command: 'raidlab console' });
  }
  const [{ attachConsole }, { awaitOff }] = await Promise.all([
    import('../../lab/console/attach-console.ts'),
    import('../../lab/keeper/await-off.ts'),
  ]);
  const ctx = createContext({ signal: cli.interruption.signal, timeFactor: cli.timeFactor });
  cli.screen.keep([
    line(0, [
      span(`Console of ${asked.lab}`, 'strong'),
      span(': a root shell, and what the kernel says. Enter shows the prompt. '),
      span('Ctrl-] leaves.', 'strong'),
    ]),
  ]);
  let how: Ending;
  {
    await using attached = await attachConsole(ctx, place, cli.version, terminal);
    if (attached.trouble !== undefined) {
      cli.screen.complain([
        ...failureLines(describeFailure(attached.trouble.failure), cli.program),
        line(0, [span('Nobody may answer here; what the kernel still says is shown.', 'doubtful')]),
      ]);
    }
    await cli.screen.out.drained();
    how = await converse(ctx, terminal, attached);
  }
  cli.screen.keep([line(0, '')]);
  switch (how) {
    case 'left':
      cli.screen.keep([line(0, [span(`Left the console of ${asked.lab}; its shell stays.`, 'quiet')])]);
      return exitCodes.held;
    case 'interrupted':
      return exitCodes.interrupted;
    case 'machine-gone':
      // Says how it went off, and what the console said last.
      await awaitOff(ctx, place);
      throw new RaidlabError({ area: 'lab', reason: 'console-missing', lab: asked.lab, how: 'its machine was turned off and on' });
  }
}

/** Why a console is over. */
type Ending = 'left' | 'interrupted' | 'machine-gone';

/** Passes on what is typed and what is said, until one end has had enough; the terminal is as before then. */
async function converse(ctx: Context, terminal: Terminal, attached: AttachedConsole): Promise<Ending> {
  const over = Promise.withResolvers<Ending>();
  const { signal } = ctx;
  const interrupt = (): void => {
    over.resolve('interrupted');
  };
  signal.addEventListener('abort', interrupt, { once: true });
  if (signal.aborted) interrupt();
  using raw = await terminal.takeOver(ctx, (bytes) => {
    const leaving = bytes.indexOf(leavingByte);
    attached.write(leaving === -1 ? bytes : bytes.subarray(0, leaving));
    if (leaving !== -1) over.resolve('left');
  });
  attached.listen(raw.show);
  void raw.ended.then(() => {
    over.resolve('left');
  });
  void attached.ended.then(() => {
    over.resolve('machine-gone');
  });
  try {
    return await over.promise;
  } finally {
    signal.removeEventListener('abort', interrupt);
  }
}
