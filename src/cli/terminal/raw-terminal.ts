import type { Readable } from 'node:stream';
import type { Context } from '../../machine/context.ts';
import { formatModeReset, observeTerminalModes, untouchedModes } from '../../core/lab/terminal-modes.ts';

/** The person's terminal. */
export interface Terminal {
  /** `$TERM`. */
  readonly term: string;
  readonly rows: number;
  readonly columns: number;
  /** Takes it over: each key arrives as it is pressed, and output is shown unchanged. Disposing it restores the terminal. */
  readonly takeOver: (ctx: Context, onInput: (bytes: Buffer) => void) => Promise<RawTerminal>;
}

/** The byte with which a person leaves what has taken their terminal over: Ctrl-], as in virsh and telnet. */
export const leavingByte = 0x1d;

/** A terminal that was taken over. */
export interface RawTerminal extends Disposable {
  readonly show: (bytes: Buffer) => void;
  /** Resolves when nothing more can come from it: it was closed. */
  readonly ended: Promise<undefined>;
}

/** The standard input of a process; the last two members exist only on a terminal. */
export interface TerminalInput extends Readable {
  readonly isTTY?: boolean;
  setRawMode?(isRaw: boolean): unknown;
}

/** The standard output of a process; only a terminal has a size. */
export interface TerminalOutput {
  readonly isTTY?: boolean;
  readonly rows?: number;
  readonly columns?: number;
  write(data: Uint8Array | string): unknown;
}

/** Gives the terminal of a process; undefined when its input or output is not one. */
export function findTerminal(input: TerminalInput, output: TerminalOutput, term: string | undefined): Terminal | undefined {
  if (input.isTTY !== true || output.isTTY !== true) return undefined;
  return {
    term: term === undefined || term === '' ? 'dumb' : term,
    rows: output.rows ?? 24,
    columns: output.columns ?? 80,
    takeOver: (ctx, onInput) => takeOver(ctx, input, output, onInput),
  };
}

async function takeOver(
  ctx: Context,
  input: TerminalInput,
  output: TerminalOutput,
  onInput: (bytes: Buffer) => void,
): Promise<RawTerminal> {
  let modes = untouchedModes;
  const ended = Promise.withResolvers<undefined>();
  const end = (): void => {
    ended.resolve(undefined);
  };
  input.setRawMode?.(true);
  await leaveOutputAlone(ctx);
  input.on('data', onInput).once('end', end).once('close', end).once('error', end);
  return {
    show: (bytes) => {
      modes = observeTerminalModes(modes, bytes.toString('latin1'));
      output.write(bytes);
    },
    ended: ended.promise,
    [Symbol.dispose]: () => {
      input.off('data', onInput);
      input.pause();
      // Node also does this when the process ends by itself.
      input.setRawMode?.(false);
      output.write(formatModeReset(modes));
    },
  };
}

/**
 * Node's raw mode still puts a carriage return before each line feed, which spoils what an editor draws. What it saved before brings
 * this back, too. In a session of its own stty may change a terminal that is not its own: tty_check_change() of Linux.
 */
async function leaveOutputAlone(ctx: Context): Promise<void> {
  const { runHostCommand } = await import('../../machine/process/host-process.ts');
  const argv = ['setsid', '--wait', 'stty', '-F', `/proc/${String(process.pid)}/fd/0`, '-opost'];
  // Without it everything but editors looks right.
  await runHostCommand(ctx, argv, { purpose: 'take over the terminal' }).catch(() => undefined);
}
