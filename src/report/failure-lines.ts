import type { FailureDescription } from '../core/failure/description.ts';
import { blank, line, saidLines, span } from './line.ts';
import type { Line } from './line.ts';

/** Gives a failure in its three layers, what happened, which command, what it said, and then the remedy. */
export function failureLines(description: FailureDescription): readonly Line[] {
  const { what, command, said, remedy } = description;
  return [
    line(0, [span('raidlab: ', 'bad'), span(what, 'strong')], 2),
    ...(command === undefined ? [] : [line(2, [span('ran  ', 'quiet'), span(command)], 7)]),
    ...(said === undefined || said.trim() === '' ? [] : saidLines(2, said)),
    ...(remedy === '' ? [] : [line(2, [span('→ ', 'good'), span(remedy)], 4)]),
  ];
}

/** Gives a failure that stands between other lines: an empty line before it. */
export function failureBlock(description: FailureDescription): readonly Line[] {
  return [blank, ...failureLines(description)];
}
