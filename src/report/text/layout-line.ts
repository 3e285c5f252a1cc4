import { harmlessLine, harmlessPiece } from '../../core/text/harmless-text.ts';
import type { Line, Span, Tone } from './line.ts';

/** What lines are laid out for. */
export interface Page {
  /** Columns of the terminal; Infinity where nothing is wrapped (a pipe, a file). */
  readonly columns: number;
  readonly colour: boolean;
  /** False where only ASCII can be shown. */
  readonly unicode: boolean;
  /** How many columns a printed text takes. */
  readonly widthOf: (text: string) => number;
}

/** SGR parameters by tone. Source: ECMA-48, 8.3.117; only the eight colours that every scheme has. */
const sgr: Readonly<Record<Tone, string>> = {
  plain: '',
  strong: '1',
  quiet: '2',
  good: '32',
  bad: '31;1',
  doubtful: '33',
  crashed: '35;1',
};

/** Below this many columns of text a hanging indent costs more than it explains. */
const narrowestText = 16;

/** Below this many columns there is no room for a column of labels. */
const narrowestTable = 60;

/** Our own symbols in ASCII. Other characters outside of ASCII become `?`. */
const asciiMarks: Readonly<Record<string, string>> = {
  '✓': '+',
  '✗': 'x',
  '→': '->',
  '│': '|',
  '×': 'x',
  '…': '...',
  '·': '-',
  '–': '-',
  '█': '#',
  '░': '.',
  '“': '"',
  '”': '"',
  '’': "'",
};

/**
 * Gives the rows of a line on a page: harmless, wrapped, coloured. A word longer than a row stays whole, so that it can be copied; the
 * terminal folds it.
 */
export function layoutLine(given: Line, page: Page): readonly string[] {
  const line = placeLabel(given, page);
  const spans = line.spans.map((span) => ({ ...span, text: cleanText(span.text, page) }));
  const margin = line.margin === undefined ? '' : paint({ ...line.margin, text: cleanText(line.margin.text, page) }, page);
  const wrapped = wrapSpans(spans, line, page);
  const rows = margin.trim() === '' ? wrapped.map(harmlessRow) : wrapped;
  return rows.map((row, index) => {
    const indent = ' '.repeat(indentOn(index === 0 ? line.indent : line.hang, page));
    const continued = isCommand(line) && index < rows.length - 1 ? ' \\' : '';
    return `${indent}${margin}${row.map((span) => paint(span, page)).join('')}${continued}`.trimEnd();
  });
}

/** Gives the first row of a line, cut to the page with an ellipsis: a live region must never be wider than its terminal. */
export function cutLine(given: Line, page: Page): string {
  const line = placeLabel(given, page);
  const spans = line.spans.map((span) => ({ ...span, text: cleanText(span.text, page) }));
  const ellipsis = page.unicode ? '…' : '...';
  let left = Math.max(0, page.columns - 1 - line.indent);
  const kept: Span[] = [];
  for (const span of spans) {
    const width = page.widthOf(span.text);
    if (width <= left) {
      kept.push(span);
      left -= width;
      continue;
    }
    let text = '';
    const room = left - page.widthOf(ellipsis);
    for (const character of span.text) {
      if (page.widthOf(text + character) > room) break;
      text += character;
    }
    kept.push({ text: room < 0 ? '' : `${text}${ellipsis}`, tone: span.tone });
    break;
  }
  return `${' '.repeat(Math.min(line.indent, Math.max(0, page.columns - 1)))}${kept.map((span) => paint(span, page)).join('')}`;
}

function isCommand(line: Line): boolean {
  return line.wrap === 'command' || line.wrap === 'labelled-command';
}

/** Puts a label into its column; on a narrow page it is a word before its value. Lines without one are unchanged. */
function placeLabel(line: Line, page: Page): Line {
  if (line.wrap !== 'label' && line.wrap !== 'labelled-command') return line;
  const [label, ...rest] = line.spans;
  if (label === undefined) return line;
  const isNarrow = page.columns < narrowestTable;
  const text = isNarrow ? `${label.text}: ` : `${label.text.padEnd(line.hang - line.indent - 2)}  `;
  return { ...line, hang: isNarrow ? line.indent + 2 : line.hang, spans: [{ ...label, text }, ...rest] };
}

function cleanText(text: string, page: Page): string {
  const plain = harmlessPiece(text);
  if (page.unicode) return plain;

  return plain.replace(/[^\u0000-\u007f]/gu, (character) => asciiMarks[character] ?? '?');
}

/** The beginning of a row must not be a command to a CI log. */
function harmlessRow(row: readonly Span[]): readonly Span[] {
  const text = row.map((span) => span.text).join('');
  if (harmlessLine(text) === text) return row;
  const first = row.findIndex((span) => span.text.includes(':'));
  return row.map((span, index) => (index === first ? { ...span, text: span.text.replace(':', String.raw`\x3a`) } : span));
}

function paint(span: Span, page: Page): string {
  const parameters = sgr[span.tone];
  return page.colour && parameters !== '' && span.text !== '' ? `\u001b[${parameters}m${span.text}\u001b[0m` : span.text;
}

function indentOn(indent: number, page: Page): number {
  return Math.max(0, Math.min(indent, page.columns - narrowestText));
}

/** Breaks spans at spaces into rows that fit; spaces at a break are dropped. */
function wrapSpans(spans: readonly Span[], line: Line, page: Page): readonly (readonly Span[])[] {
  if (page.columns === Infinity) return [spans];
  const reserved = (isCommand(line) ? 2 : 0) + (line.margin === undefined ? 0 : page.widthOf(line.margin.text));
  const rows: Span[][] = [[]];
  let used = indentOn(line.indent, page);
  for (const piece of spans.flatMap((span) => piecesOf(span, line))) {
    const row = rows.at(-1) ?? [];
    const width = page.widthOf(piece.text);
    const isSpace = piece.text.trim() === '';
    if (used + width + reserved > page.columns && !isSpace && row.some((span) => span.text.trim() !== '')) {
      trimEnd(row);
      rows.push([piece]);
      used = indentOn(line.hang, page) + width;
    } else {
      row.push(piece);
      used += width;
    }
  }
  return rows;
}

/**
 * A command is broken only between words, never inside quotes, where a backslash would become part of the word. Usage is never broken
 * inside brackets.
 */
function piecesOf(span: Span, line: Line): readonly Span[] {
  const pattern = isCommand(line)
    ? /(?:'[^']*'|"[^"]*"|\\.|[^\s'"\\])+|\s+/gu
    : line.wrap === 'usage'
      ? /(?:\[[^\]]*\]|\([^)]*\)|[^\s[(])+|\s+/gu
      : /\S+|\s+/gu;
  return (span.text.match(pattern) ?? []).map((text) => ({ text, tone: span.tone }));
}

function trimEnd(row: Span[]): void {
  while (row.at(-1)?.text.trim() === '') row.pop();
}
