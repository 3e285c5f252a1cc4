import type { Readable } from 'node:stream';
import { formatModeReset, observeTerminalModes, untouchedModes } from '../core/lab/terminal-modes.ts';

/** The person's terminal. */
export interface Terminal {
  /** `$TERM`. */
  readonly term: string;
  readonly rows: number;
  readonly columns: number;
  /** Takes it over: each key comes as it is pressed, and what is shown is shown as it is. Dispose it and it is as before. */
  readonly takeOver: (onInput: (bytes: Buffer) => void) => RawTerminal;
}

/** A terminal that was taken over. */
export interface RawTerminal extends Disposable {
  readonly show: (bytes: Buffer) => void;
  /** Resolves when nothing more can come from it: it was closed. */
  readonly ended: Promise<undefined>;
}

/** The standard input of a process; the last two are a terminal's. */
export interface TerminalInput extends Readable {
  readonly isTTY?: boolean;
  setRawMode?(isRaw: boolean): unknown;
}

/** The standard output of a process; a terminal's has a size. */
export interface TerminalOutput {
  readonly isTTY?: boolean;
  readonly rows?: number;
  readonly columns?: number;
  write(data: Uint8Array | string): unknown;
}

/** Gives the terminal of a process; undefined when its input or its output is none. */
export function findTerminal(input: TerminalInput, output: TerminalOutput, term: string | undefined): Terminal | undefined {
  if (input.isTTY !== true || output.isTTY !== true) return undefined;
  return {
    term: term === undefined || term === '' ? 'dumb' : term,
    rows: output.rows ?? 24,
    columns: output.columns ?? 80,
    takeOver: (onInput) => takeOver(input, output, onInput),
  };
}

function takeOver(input: TerminalInput, output: TerminalOutput, onInput: (bytes: Buffer) => void): RawTerminal {
  let modes = untouchedModes;
  const ended = Promise.withResolvers<undefined>();
  const end = (): void => {
    ended.resolve(undefined);
  };
  input.setRawMode?.(true);
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
      // Node does this too when the process ends in any way of its own.
      input.setRawMode?.(false);
      output.write(formatModeReset(modes));
    },
  };
}
