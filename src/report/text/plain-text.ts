import { layoutLine } from './layout-line.ts';
import type { Line } from './line.ts';

/** Gives lines as text for a file: not wrapped, not coloured, harmless, without a line end after the last. */
export function plainText(lines: readonly Line[]): string {
  // Nothing is wrapped, so that nobody asks how wide a text is.
  const page = { columns: Infinity, colour: false, unicode: true, widthOf: (text: string): number => text.length };
  return lines.flatMap((line) => layoutLine(line, page)).join('\n');
}
