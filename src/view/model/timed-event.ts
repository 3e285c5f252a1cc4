import type { RecordedEvent } from '../../core/event.ts';

/** An event of a drill, and when it was. It may be of a type that this version of raidlab does not know. */
export interface TimedEvent {
  /** Since the drill began, milliseconds. */
  readonly afterMs: number;
  /** The step that had begun last, its name; null before the first. Told by the order of events: several share a millisecond. */
  readonly step: string | null;
  readonly event: RecordedEvent;
}

/** Gives the events of one drill with their times, counted from `drill-started`, or from the first where that is missing. */
export function timeEvents(events: readonly RecordedEvent[]): readonly TimedEvent[] {
  const begin = events.find((event) => event.type === 'drill-started') ?? events[0];
  const beginMs = begin === undefined ? 0 : Date.parse(begin.at);
  let step: string | null = null;
  return events.map((event) => {
    if (event.type === 'step-started') ({ step } = event);
    return { afterMs: Math.max(0, Date.parse(event.at) - beginMs || 0), step, event };
  });
}

/** Gives a time of a drill as a person reads it beside a line: `28.31`, `2:05.3`, seconds or minutes and seconds. */
export function formatMoment(afterMs: number): string {
  const seconds = afterMs / 1000;
  if (seconds < 59.995) return seconds.toFixed(2);
  const tenths = Math.round(seconds * 10);
  const rest = tenths % 600;
  return `${String((tenths - rest) / 600)}:${rest < 100 ? '0' : ''}${(rest / 10).toFixed(1)}`;
}
