import { formatCommand } from '../../core/plan/command.ts';
import { blank, commandLine, line, span } from '../text/line.ts';
import type { Line } from '../text/line.ts';

/** Gives what is told of a drill's file that was just made: what to type next. */
export function newDrillLines(file: string, program: string): readonly Line[] {
  // A word without a slash may be taken for a name by whoever reads it.
  const typed = file.includes('/') ? file : `./${file}`;
  const next = (...more: readonly string[]): Line => commandLine(2, formatCommand({ argv: [program, 'drill', typed, ...more] }), 'plain');
  return [
    line(0, [span('✓ ', 'good'), span(`Created ${typed}, a drill that runs as it is.`, 'strong')], 2),
    blank,
    line(0, 'Next: read it, change its promise and steps, and run it as you go:'),
    next('--plan'),
    next(),
    next('--twin'),
    line(0, [span('The first prints the commands; the second must end in "held", the third in "as expected".', 'quiet')]),
  ];
}

/** Gives what is told of an alarm's file that was just made. */
export function newAlarmLines(file: string, program: string): readonly Line[] {
  const typed = file.includes('/') ? file : `./${file}`;
  return [
    line(0, [span('✓ ', 'good'), span(`Created ${typed}, which says what is wrong with a btrfs array, and exits 1.`, 'strong')], 2),
    blank,
    line(0, 'Next: see whether it tells of a disk that dies, and when:'),
    commandLine(2, formatCommand({ argv: [program, 'drill', '--alarm', `${typed} /storage`] }), 'plain'),
    line(0, [span('On your own machine it is run as root, with the mount point: by a timer, or from your monitoring.', 'quiet')]),
  ];
}
