import { object } from '@optique/core/constructs';
import { message } from '@optique/core/message';
import type { InferValue } from '@optique/core/parser';
import { command } from '@optique/core/primitives';
import { exitCodes } from '../../core/exit-code.ts';
import type { ExitCode } from '../../core/exit-code.ts';
import { describeFailure, RaidlabError } from '../../core/failure/failure.ts';
import type { AttachedConsole } from '../../lab/console/attach-console.ts';
import { createContext } from '../../machine/context.ts';
import type { Context } from '../../machine/context.ts';
import { failureLines } from '../../report/failure-lines.ts';
import { line, span } from '../../report/text/line.ts';
import type { Cli } from '../cli.ts';
import { defineCommand } from '../define-command.ts';
import type { Example } from '../help-page.ts';
import { leavingByte } from '../terminal/raw-terminal.ts';
import type { Terminal } from '../terminal/raw-terminal.ts';
import { labOption, placeOf } from './lab-option.ts';

/** Gives the command line of `raidlab console`. */
const consoleArguments = (cli: Cli) =>
  command('console', object({ lab: labOption(cli) }), {
    brief: message`Opens a lab's console: kernel messages and a root shell that needs no network.`,
    description: message`An installed system (up --boot systemd) has its own: the boot, a passphrase that it asks for, the emergency shell, the login of root, who has no password. Ctrl-] leaves the console; its shell keeps running for the next time.`,
  });

/** The parsed command line of `raidlab console`. */
type ConsoleCommand = InferValue<ReturnType<typeof consoleArguments>>;

/** Examples for `raidlab console`. */
const consoleExamples: readonly Example[] = [
  { words: 'console', does: 'A root shell, with kernel messages between its lines. Ctrl-] leaves.' },
];

/** Connects to the console of a lab until the person leaves or the machine is gone. */
async function runConsoleCommand(cli: Cli, asked: ConsoleCommand): Promise<ExitCode> {
  const place = await placeOf(cli, asked.lab);
  const terminal = cli.terminal();
  if (terminal === undefined) {
    const text =
      'A console needs a terminal, but standard input or output is not one. Programs use `raidlab ssh -- COMMAND` and `raidlab logs -f`.';
    throw new RaidlabError({ area: 'usage', reason: 'bad-arguments', message: text, command: 'raidlab console' });
  }
  const [{ attachConsole }, { awaitOff }, { readLabState }] = await Promise.all([
    import('../../lab/console/attach-console.ts'),
    import('../../lab/keeper/await-off.ts'),
    import('../../lab/place/state-file.ts'),
  ]);
  const ctx = createContext({ signal: cli.interruption.signal, timeFactor: cli.timeFactor });
  const { boot } = await readLabState(place);
  const what = boot === undefined ? 'a root shell and kernel messages' : 'the machine’s own; root has no password';
  cli.screen.keep([
    line(0, [span(`Console of ${asked.lab}`, 'strong'), span(`: ${what}. Enter shows the prompt. `), span('Ctrl-] leaves.', 'strong')]),
  ]);
  let how: Ending;
  {
    await using attached = await attachConsole(ctx, place, cli.version, terminal);
    if (attached.trouble !== undefined) {
      cli.screen.complain([
        ...failureLines(describeFailure(attached.trouble.failure), cli.program),
        line(0, [span('The shell may not answer; kernel messages are still shown.', 'doubtful')]),
      ]);
    }
    await cli.screen.out.drained();
    how = await converse(ctx, terminal, attached);
  }
  cli.screen.keep([line(0, '')]);
  switch (how) {
    case 'left':
      cli.screen.keep([line(0, [span(`Left the console of ${asked.lab}; its shell keeps running.`, 'quiet')])]);
      return exitCodes.held;
    case 'interrupted':
      return exitCodes.interrupted;
    case 'machine-gone':
      // Rejects with how the machine went off, and the last console lines.
      await awaitOff(ctx, place);
      throw new RaidlabError({ area: 'lab', reason: 'console-missing', lab: asked.lab, how: 'its machine was turned off and on' });
  }
}

/** Why a console session ended. */
type Ending = 'left' | 'interrupted' | 'machine-gone';

/** Connects keyboard and console until either end closes, then restores the terminal. */
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

/** `raidlab console`. */
export const consoleCommand = defineCommand({ parser: consoleArguments, examples: consoleExamples, run: runConsoleCommand });
