import type { LogOutcome } from '../core/kernel/log/judge-reading.ts';
import type { KernelLogReading } from '../core/kernel/log/read-kernel-log.ts';
import { troubleLines } from './drill/evidence-lines.ts';
import { blank, line, saidLines, span } from './text/line.ts';
import type { Line } from './text/line.ts';

/** A log that was read, and its result. */
export interface ReadLog {
  /** As it was named; `-` is standard input. */
  readonly file: string;
  readonly reading: KernelLogReading;
  readonly outcome: LogOutcome;
  /** How it was packed; null for plain text. */
  readonly packing: string | null;
  /** Why it could not be read to its end; null when it could. */
  readonly problem: string | null;
}

/** Gives the lines about logs: the trouble in each, and how much of it was understood. Each has a heading if there are several. */
export function kernelLogLines(logs: readonly ReadLog[]): readonly Line[] {
  return logs.flatMap((log, index) => [
    ...(index === 0 ? [] : [blank]),
    ...(logs.length === 1 ? [] : [line(0, [span(log.file === '-' ? 'standard input' : log.file, 'strong')])]),
    ...linesOf(log),
  ]);
}

function linesOf(log: ReadLog): readonly Line[] {
  const { troubles, untold } = log.reading;
  const more = Object.entries(untold).map(([kind, number]) => `${String(number)} more of the kind ${kind}`);
  return [
    ...troubles.flatMap((trouble) => [...troubleLines(trouble), blank]),
    ...(more.length === 0 ? [] : [line(0, `And ${more.join(', ')}.`)]),
    ...verdictLines(log),
  ];
}

function verdictLines({ outcome, reading, packing, problem }: ReadLog): readonly Line[] {
  const read = `${describeRead(reading)}${packing === null ? '' : `, unpacked from ${packing}`}`;
  const problemLines = problem === null ? [] : [line(0, [span(problem, 'doubtful')])];
  switch (outcome) {
    case 'quiet':
      return [line(0, `No kernel trouble in it: ${read}.`)];
    case 'crashed':
    case 'troubled':
      return [...problemLines, line(0, [span(`${upperFirst(read)}.`, 'quiet')])];
    case 'unjudged':
      return [...problemLines, ...doubtLines(reading, problem), line(0, [span(`${upperFirst(read)}.`, 'quiet')])];
  }
}

function doubtLines(reading: KernelLogReading, problem: string | null): readonly Line[] {
  const isPiece = reading.troubles.some(({ kind }) => kind === 'fragment');
  if (reading.doubtful.length > 0) {
    return [
      line(0, [span('Not judged: this mentions kernel trouble, but was not understood.', 'doubtful')]),
      ...saidLines(2, reading.doubtful.join('\n')),
    ];
  }
  if (isPiece) return [line(0, [span('Not judged: the first line of a report is missing, so its kind is unknown.', 'doubtful')])];
  if (problem !== null) return [line(0, [span('Not judged: the log was not read completely.', 'doubtful')])];
  const why = reading.lines === 0 ? 'the log is empty' : 'no line was recognised as the kernel’s';
  return [line(0, [span(`Not judged: ${why}. Give what dmesg or \`journalctl -k\` prints.`, 'doubtful')])];
}

function describeRead({ lines, kernelLines, otherLines }: KernelLogReading): string {
  const others = otherLines === 0 ? '' : `, ${String(otherLines)} of other programs`;
  return `${count(lines, 'line')} read, ${String(kernelLines)} understood as the kernel’s${others}`;
}

function count(number: number, word: string): string {
  return `${String(number)} ${word}${number === 1 ? '' : 's'}`;
}

function upperFirst(sentence: string): string {
  return `${sentence.slice(0, 1).toUpperCase()}${sentence.slice(1)}`;
}
