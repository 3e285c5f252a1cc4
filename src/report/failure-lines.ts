import type { FailureDescription } from '../core/failure/description.ts';
import { line, saidLines, span } from './text/line.ts';
import type { Line } from './text/line.ts';

/**
 * Gives a failure in its three layers, what happened, which command, what it said, and then the remedy.
 * `program` is how raidlab is called here; remedies are written with `raidlab`, and a person pastes them.
 * `job` is the drill that failed, where there are several.
 */
export function failureLines(description: FailureDescription, program = 'raidlab', job?: string): readonly Line[] {
  const { what, command, said, remedy } = description;
  const called = (text: string): string => text.replaceAll('`raidlab ', `\`${program} `);
  return [
    line(0, [span(`raidlab: ${job === undefined ? '' : `${job}: `}`, 'bad'), span(called(what), 'strong')], 2),
    ...(command === undefined ? [] : [line(2, [span('ran  ', 'quiet'), span(command)], 7)]),
    ...(said === undefined || said.trim() === '' ? [] : saidLines(2, said)),
    ...(remedy === '' ? [] : [line(2, [span('→ ', 'good'), span(called(remedy))], 4)]),
  ];
}
