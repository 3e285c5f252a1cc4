import { formatCommand } from '../../core/plan/command.ts';
import { blank, commandLine, line, span } from '../text/line.ts';
import type { Line } from '../text/line.ts';

/** Gives what is told of a drill's file that was just made: what to type next. */
export function newDrillLines(file: string, program: string): readonly Line[] {
  // A word without a slash may be taken for a name by whoever reads it.
  const typed = file.includes('/') ? file : `./${file}`;
  const next = (...more: readonly string[]): Line => commandLine(2, formatCommand({ argv: [program, 'drill', typed, ...more] }), 'plain');
  return [
    line(0, [span('✓ ', 'good'), span(`Made ${typed}, a drill that runs as it is.`, 'strong')], 2),
    blank,
    line(0, 'Next: read it from the top, make its promise and its steps yours, and run it on the way:'),
    next('--plan'),
    next(),
    next('--twin'),
    line(0, [span('The first prints what would be typed; the second must end in "held", the third in "as expected".', 'quiet')]),
  ];
}
