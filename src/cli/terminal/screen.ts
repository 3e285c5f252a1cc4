import { cutLine } from '../../report/text/layout-line.ts';
import { line } from '../../report/text/line.ts';
import type { Line } from '../../report/text/line.ts';
import type { Output } from './output.ts';

/**
 * Standard output and standard error, and a live region below them where there is a terminal.
 *
 * Lines that are kept go above the live region: it is erased, they are written, it is drawn again, in one write, so that
 * nothing flickers. Own code, because log-update hides the cursor by way of a signal hook, and signals are main.ts's.
 */
export interface Screen {
  readonly out: Output;
  readonly err: Output;
  /** Writes permanent lines to standard output. */
  keep(lines: readonly Line[]): void;
  /** Writes permanent lines to standard error. */
  complain(lines: readonly Line[]): void;
  /** Writes a line about raidlab itself to standard error. */
  note(text: string): void;
  /** Writes data to standard output unchanged. */
  data(data: string | Uint8Array): void;
  /** Writes nothing more to standard error: the reader of the output left on purpose (`| head`). */
  silence(): void;
  /** Shows these lines below everything else, replacing those shown before. */
  setLive(lines: readonly Line[]): void;
  /** Leaves the terminal to somebody else until disposed of; what would be shown meanwhile is shown then. */
  lend(): Disposable;
}

const eraseToEnd = '\u001b[J';

/** Makes the screen from two outputs. The live region is on standard output, and only if that is a terminal. */
export function openScreen(out: Output, err: Output): Screen {
  let shown: readonly string[] = [];
  let isSilent = false;
  let held: (() => void)[] | undefined;

  const show = (act: () => void): void => {
    if (held === undefined) act();
    else held.push(act);
  };
  const erased = (): string => {
    if (shown.length === 0) return '';
    // Source: ECMA-48: CPL goes up to the beginning of a row, ED 0 erases from there to the end of the screen.
    return shown.length === 1 ? `\r${eraseToEnd}` : `\u001b[${String(shown.length - 1)}F${eraseToEnd}`;
  };
  // The cursor stays at the end of the last row: without a line end there is nothing to scroll.
  const drawn = (): string => shown.join('\n');

  const complain = (lines: readonly Line[]): void => {
    if (lines.length === 0 || isSilent) return;
    show(() => {
      out.write(erased());
      err.write(err.format(lines));
      out.write(drawn());
    });
  };

  return {
    out,
    err,
    complain,
    note: (text) => {
      complain([line(0, text)]);
    },
    keep: (lines) => {
      if (lines.length === 0) return;
      show(() => {
        out.write(`${erased()}${out.format(lines)}${drawn()}`);
      });
    },
    data: (data) => {
      show(() => {
        if (typeof data === 'string') out.write(`${erased()}${data}${drawn()}`);
        else for (const part of [erased(), data, drawn()]) out.write(part);
      });
    },
    silence: () => {
      isSilent = true;
    },
    setLive: (lines) => {
      // It is shown again soon.
      if (!out.capabilities.live || held !== undefined) return;
      const page = out.page();
      const rows = lines.map((line) => cutLine(line, page));
      if (rows.length === shown.length && rows.every((row, index) => row === shown[index])) return;
      // Rows are overwritten in place, then their remainders erased: erasing the region first would flicker.
      const up = shown.length > 1 ? `\u001b[${String(shown.length - 1)}F` : shown.length === 1 ? '\r' : '';
      const text = rows.map((row) => `${row}\u001b[K`).join('\n');
      out.write(`${up}${text}${rows.length < shown.length ? eraseToEnd : ''}`);
      shown = rows;
    },
    lend: () => {
      if (held !== undefined) throw new Error('the terminal is lent already');
      out.write(erased());
      shown = [];
      const waiting: (() => void)[] = [];
      held = waiting;
      return {
        [Symbol.dispose]: () => {
          if (held !== waiting) return;
          held = undefined;
          for (const act of waiting) act();
        },
      };
    },
  };
}
