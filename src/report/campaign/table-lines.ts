import { blank, line, span } from '../text/line.ts';
import type { Line } from '../text/line.ts';
import type { ResultTable } from './result-table.ts';

/** Gives a table for a terminal: columns as wide as they must be, two blanks apart. */
export function tableLines({ title, columns, rows, empty, notes }: ResultTable): readonly Line[] {
  const widths = columns.map(({ name }, index) => rows.reduce((width, row) => Math.max(width, row[index]?.text.length ?? 0), name.length));
  const pad = (text: string, index: number): string => {
    const width = widths[index] ?? 0;
    if (columns[index]?.align === 'right') return text.padStart(width);
    return index === columns.length - 1 ? text : text.padEnd(width);
  };
  const body = [
    line(
      0,
      columns.flatMap(({ name }, index) => [...(index === 0 ? [] : [span('  ')]), span(pad(name, index), 'quiet')]),
    ),
    ...rows.map((row) =>
      line(
        0,
        row.flatMap(({ text, tone }, index) => [...(index === 0 ? [] : [span('  ')]), span(pad(text, index), tone)]),
      ),
    ),
  ];
  return [
    line(0, [span(title, 'strong')]),
    blank,
    ...(rows.length === 0 ? [line(0, empty)] : body),
    ...(notes.length === 0 || rows.length === 0 ? [] : [blank, ...notes.map((note) => line(0, [span(note, 'quiet')]))]),
  ];
}
