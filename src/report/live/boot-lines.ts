import { describeBoot } from '../../core/boot/boot-seen.ts';
import { describeBootNote, describeTyped } from '../../core/boot/describe-note.ts';
import type { RecordedEvent } from '../../core/event.ts';
import { formatDuration } from '../text/format-duration.ts';
import { commandLine, line, span } from '../text/line.ts';
import type { Line } from '../text/line.ts';

/** Gives what is told of a booting system: where it ended, what was typed there, and in a verbose report what was noted on the way. */
export function bootLines(
  event: Extract<RecordedEvent, { readonly type: 'boot-noted' | 'boot-ended' | 'console-typed' }>,
  verbose: boolean,
): readonly Line[] {
  if (event.type === 'boot-ended') return [line(4, `${event.machine}: ${describeBoot(event)}`, 6)];
  if (event.type === 'console-typed') return [commandLine(4, describeTyped(event.line))];
  if (!verbose) return [];
  return [line(4, [span(`${formatDuration(event.afterMs)}  `, 'quiet'), span(describeBootNote(event.note))], 6)];
}
