import { exitCodeMeanings, exitCodes } from '../core/exit-code.ts';
import { blank, line, span } from '../report/text/line.ts';
import type { Line } from '../report/text/line.ts';

/** A command line that is worth typing, and what it does. */
export interface Example {
  /** The words after the program's name. */
  readonly words: string;
  readonly does: string;
}

/** Gives the end of a help page: examples, then what the exit codes mean. */
export function helpEnd(program: string, examples: readonly Example[]): readonly Line[] {
  return [
    blank,
    line(0, [span('Examples:', 'strong')]),
    ...examples.flatMap(({ words, does }) => [line(2, `${program} ${words}`), line(6, [span(does, 'quiet')])]),
    blank,
    line(0, [span('Exit codes:', 'strong')]),
    ...Object.entries(exitCodes).map(([name, code]) =>
      line(2, `${String(code).padStart(3)}  ${exitCodeMeanings[name as keyof typeof exitCodes]}`, 7),
    ),
  ];
}
