import { UnknownOutput } from './unknown-output.ts';

/** What a pattern captured in one line; groups are counted from 1. */
export interface Captures {
  /** The text of a group; a group that did not take part is a mistake in the pattern, and refused. */
  readonly text: (group: number) => string;
  /** The text of a group, or null when it did not take part. */
  readonly optional: (group: number) => string | null;
  /** The group as a whole number; refused when JavaScript cannot hold it exactly. */
  readonly number: (group: number) => number;
}

/**
 * A tool's output read line by line, by a parser that knows every possible line. The output must be the verbatim stdout: it ends with a
 * newline, so that a truncated number is never taken for a smaller one. Everything unexpected is refused with {@link UnknownOutput}.
 */
export class OutputLines {
  readonly #tool: string;
  readonly #lines: readonly string[];
  #next = 0;

  /** Starts at the first line of `text`; refuses empty output and output whose last line has no newline. */
  constructor(tool: string, text: string) {
    this.#tool = tool;
    const lines = text.split('\n');
    const rest = lines.pop() ?? '';
    this.#lines = lines;
    if (rest !== '') throw new UnknownOutput(tool, 'a newline at the end', rest, lines.length + 1);
    if (lines.length === 0) throw new UnknownOutput(tool, 'output', '', 0);
  }

  /** Whether every line has been taken. */
  get atEnd(): boolean {
    return this.#next === this.#lines.length;
  }

  /** Whether the next line matches; takes nothing. */
  nextIs(pattern: RegExp): boolean {
    const line = this.#lines[this.#next];
    return line !== undefined && pattern.test(line);
  }

  /** Takes the next line, which must match; `expected` says in a few words what should be there. */
  take(expected: string, pattern: RegExp): Captures {
    return this.takeIf(pattern) ?? this.refuse(expected);
  }

  /** Takes the next line if it matches; otherwise gives null and takes nothing. */
  takeIf(pattern: RegExp): Captures | null {
    const line = this.#lines[this.#next];
    if (line === undefined) return null;
    const match = pattern.exec(line);
    if (match === null) return null;
    const lineNumber = ++this.#next;
    const optional = (group: number): string | null => match[group] ?? null;
    const text = (group: number): string => {
      const value = optional(group);
      if (value === null) throw new UnknownOutput(this.#tool, `a value in place ${group}`, line, lineNumber);
      return value;
    };
    const number = (group: number): number => {
      const value = text(group);
      if (!/^-?\d+$/.test(value) || !Number.isSafeInteger(Number(value))) {
        throw new UnknownOutput(this.#tool, 'a whole number below 2^53', line, lineNumber);
      }
      return Number(value);
    };
    return { text, optional, number };
  }

  /** Ends the reading: no line may be left. */
  end(): void {
    if (!this.atEnd) this.refuse('the end of the output');
  }

  /** Refuses at the next line, or after the last one when there is none. */
  refuse(expected: string): never {
    const line = this.#lines[this.#next];
    if (line === undefined) throw new UnknownOutput(this.#tool, `${expected}, not the end`, this.#lines.at(-1) ?? '', this.#lines.length);
    throw new UnknownOutput(this.#tool, expected, line, this.#next + 1);
  }

  /** Refuses the line taken last: it parses, but contradicts what came before it. */
  refuseTaken(expected: string): never {
    throw new UnknownOutput(this.#tool, expected, this.#lines[this.#next - 1] ?? '', this.#next);
  }
}
