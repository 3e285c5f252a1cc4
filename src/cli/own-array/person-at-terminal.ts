import type { AskingScript, Person, ShownScript } from '../../drills/prove/person.ts';
import { whenAborted } from '../../machine/context.ts';
import type { Context } from '../../machine/context.ts';
import { line, span } from '../../report/text/line.ts';
import type { Cli } from '../cli.ts';
import { leavingByte } from '../terminal/raw-terminal.ts';
import type { RawTerminal, Terminal } from '../terminal/raw-terminal.ts';

/** Gives the person at our terminal; null when there is none to look at it: a pipe, a file, a build server. */
export function personAtTerminal(cli: Cli): Person | null {
  const terminal = cli.terminal();
  if (terminal === undefined || !cli.screen.out.capabilities.live) return null;
  let turn = Promise.resolve();
  return {
    terminal,
    takeOver: async (ctx, script) => {
      const before = turn;
      const done = Promise.withResolvers<undefined>();
      turn = before.then(() => done.promise).then(() => undefined);
      try {
        using aborted = whenAborted(ctx.signal);
        await Promise.race([before, aborted.promise]);
        return await attend(cli, terminal, ctx, script, () => {
          done.resolve(undefined);
        });
      } catch (error) {
        done.resolve(undefined);
        throw error;
      }
    },
  };
}

/** Shows the script where the run was shown, and types what the person types, until either leaves. */
async function attend(cli: Cli, terminal: Terminal, ctx: Context, script: AskingScript, done: () => void): Promise<ShownScript> {
  const { screen } = cli;
  screen.keep([
    line(0, [
      span(`${script.name} waits for an answer.`, 'strong'),
      span(' Your keys go to it, Ctrl-C, too; this is what it wrote. '),
      span('Ctrl-] leaves it to itself.', 'strong'),
    ]),
  ]);
  const lent = screen.lend();
  let raw: RawTerminal | undefined;
  let isLineOpen = false;
  const giveBack = (): void => {
    raw?.[Symbol.dispose]();
    raw = undefined;
    if (isLineOpen) screen.out.write('\n');
    isLineOpen = false;
    lent[Symbol.dispose]();
    done();
  };
  const leave = (): void => {
    if (raw === undefined) return;
    giveBack();
    screen.keep([line(0, [span(`You left ${script.name}: where it asks, its input ends.`, 'quiet')])]);
    script.leave();
  };
  try {
    await screen.out.drained();
    raw = await terminal.takeOver(ctx, (keys) => {
      const leaving = keys.indexOf(leavingByte);
      script.type(leaving === -1 ? keys : keys.subarray(0, leaving));
      if (leaving !== -1) leave();
    });
  } catch (error) {
    giveBack();
    throw error;
  }
  void raw.ended.then(leave);
  return {
    show: (bytes) => {
      if (raw === undefined) return;
      raw.show(bytes);
      isLineOpen = bytes.at(-1) !== 0x0a;
    },
    [Symbol.dispose]: giveBack,
  };
}
