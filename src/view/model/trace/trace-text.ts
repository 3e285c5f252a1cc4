import type { RecordedEvent } from '../../../core/event.ts';

/*
 * The events of a drill as a report carries them: a line each, as in events.ndjson, without what is the same in all of them,
 * and a flood of console lines without what is said again and again.
 *
 *     {"at":…,"type":"step-started",…}                 an event
 *     ["main",1700000000000,120,"a line of the console"]   a console line: machine, time, number
 */

type ConsoleLine = readonly [machine: string, atMs: number, seq: number, line: string];

/** Gives the events of one drill as text, for {@link parseTrace}. */
export function formatTrace(events: readonly RecordedEvent[]): string {
  return events.map(formatEvent).join('\n');
}

function formatEvent(event: RecordedEvent): string {
  if (event.type === 'console-line-seen') {
    const line: ConsoleLine = [event.machine, Date.parse(event.at), event.seq, event.line];
    return JSON.stringify(line);
  }
  return JSON.stringify({ ...event, v: undefined, job: undefined });
}

/** Gives the events back. */
export function parseTrace(text: string, job: string): readonly RecordedEvent[] {
  if (text === '') return [];
  // One call for the whole is several times as fast as one for each line.
  const parsed = JSON.parse(`[${text.replaceAll('\n', ',')}]`) as readonly (ConsoleLine | Omit<RecordedEvent, 'v'>)[];
  return parsed.map((one): RecordedEvent => {
    if (!isConsoleLine(one)) return { ...one, v: 1, job } as RecordedEvent;
    const [machine, atMs, seq, line] = one;
    return { v: 1, seq, at: new Date(atMs).toISOString(), job, type: 'console-line-seen', machine, line };
  });
}

function isConsoleLine(one: ConsoleLine | Omit<RecordedEvent, 'v'>): one is ConsoleLine {
  return Array.isArray(one);
}
