import type { Line } from '../../report/text/line.ts';
import { layoutLine } from '../../report/text/layout-line.ts';
import type { Page } from '../../report/text/layout-line.ts';
import type { TerminalCapabilities } from './terminal-capabilities.ts';
import { textWidth } from './text-width.ts';

/** A stream for text: the part of Node's that is used, so that a test can replace it. */
export interface TextStream {
  readonly isTTY?: boolean | undefined;
  readonly columns?: number | undefined;
  write(text: string | Uint8Array, done?: (error?: Error | null) => void): boolean;
  on(event: 'error', listener: (error: NodeJS.ErrnoException) => void): unknown;
}

/** Standard output or standard error. Writing never throws; a closed reader is reported once. */
export interface Output {
  readonly capabilities: TerminalCapabilities;
  write(text: string | Uint8Array): void;
  /** Writes lines as text, laid out for this stream's current width. */
  format(lines: readonly Line[]): string;
  /** What lines are laid out for now: a terminal may be resized. */
  page(): Page;
  /** Resolves when everything written so far has been handed to the system, or cannot be. */
  drained(): Promise<void>;
}

/** Opens an output. `onLost` is called once, when writing becomes impossible: EPIPE when the reader is gone. */
export function openOutput(stream: TextStream, capabilities: TerminalCapabilities, onLost: (error: NodeJS.ErrnoException) => void): Output {
  let isLost = false;
  stream.on('error', (error) => {
    if (isLost) return;
    isLost = true;
    onLost(error);
  });
  const page = (): Page => ({
    columns: stream.isTTY === true ? (stream.columns ?? 80) : Infinity,
    colour: capabilities.colour,
    unicode: capabilities.unicode,
    widthOf: textWidth,
  });
  const write = (text: string | Uint8Array): void => {
    if (!isLost && text.length > 0) stream.write(text);
  };
  return {
    capabilities,
    write,
    page,
    format: (lines) => {
      const laidOutFor = page();
      return lines
        .flatMap((line) => layoutLine(line, laidOutFor))
        .map((row) => `${row}\n`)
        .join('');
    },
    drained: async () => {
      if (isLost) return;
      await new Promise<void>((resolve) => {
        // An empty write is done when those before it are; a lost stream may never call back.
        stream.write('', () => {
          resolve();
        });
        stream.on('error', () => {
          resolve();
        });
      });
    },
  };
}
