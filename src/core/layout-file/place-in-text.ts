import type { TextSpan } from './located-node.ts';

/** A place in a text as editors count it, and its line with a mark below. */
export interface PlaceInText {
  /** 1-based. */
  readonly line: number;
  /** 1-based, in characters. */
  readonly column: number;
  readonly excerpt: string;
}

/** How much of a line is shown before and after the place, characters. */
const around = 60;

/** Gives where a span of a text begins. A span at the end of the text counts as being in its last non-empty line. */
export function placeInText(text: string, { start, length }: TextSpan): PlaceInText {
  const at = Math.min(start, text.trimEnd().length);
  const before = text.slice(0, at).split('\n');
  const line = before.length;
  const lineStart = at - (before.at(-1) ?? '').length;
  const row = (text.slice(lineStart).split('\n', 1)[0] ?? '').replace(/\r$/u, '');
  const column = Array.from(text.slice(lineStart, at)).length;
  const characters = Array.from(row);
  const spanned = Array.from(text.slice(at, at + length).split('\n', 1)[0] ?? '').length;
  const marked = Math.max(1, Math.min(spanned, characters.length - column, around));
  const from = Math.max(0, column - around);
  // Terminals differ in the width of a tab: a space keeps the mark below its place.
  const shown = characters
    .slice(from, column + marked + around)
    .join('')
    .replaceAll('\t', ' ');
  const number = String(line);
  const gutter = `${' '.repeat(number.length)} |`;
  return { line, column: column + 1, excerpt: `${number} | ${shown}\n${gutter} ${' '.repeat(column - from)}${'^'.repeat(marked)}` };
}
