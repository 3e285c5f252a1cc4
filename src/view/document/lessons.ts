import type { TimedEvent } from '../model/timed-event.ts';
import type { Lesson } from './step-table.ts';

/** Gives what was learnt in the steps of a drill: what tools said, and what it is worth. */
export function lessonsOf(events: readonly TimedEvent[]): readonly Lesson[] {
  return events.flatMap(({ step, event }): readonly Lesson[] =>
    event.type === 'observation-made' ? [{ step, source: event.source, meaning: event.meaning }] : [],
  );
}
