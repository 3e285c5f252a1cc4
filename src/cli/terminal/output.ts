import stringWidth from 'string-width';
import type { Line } from '../../report/text/line.ts';
import { layoutLine } from '../../report/text/layout-line.ts';
import type { Page } from '../../report/text/layout-line.ts';
import type { TerminalCapabilities } from './terminal-capabilities.ts';

/** A stream that text goes to: what of Node's is used, so that a test can give its own. */
export interface TextStream {
  readonly isTTY?: boolean | undefined;
  readonly columns?: number | undefined;
  write(text: string | Uint8Array, done?: (error?: Error | null) => void): boolean;
  on(event: 'error', listener: (error: NodeJS.ErrnoException) => void): unknown;
}

/** Standard output or standard error. Writing never throws; a reader that went away is reported once. */
export interface Output {
  readonly capabilities: TerminalCapabilities;
  write(text: string | Uint8Array): void;
  /** Gives lines as text, laid out for this stream as it is now. */
  format(lines: readonly Line[]): string;
  /** What lines are laid out for, now: a terminal may be resized. */
  page(): Page;
  /** Resolves when everything written so far has been handed to the system, or cannot be. */
  drained(): Promise<void>;
}

/** Opens an output. `onLost` is called once, when it cannot be written any more: EPIPE when the reader went away. */
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
    widthOf: stringWidth,
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
