import type { TimedEvent } from './timed-event.ts';

/** A step of a drill in time. */
export interface StepSpan {
  /** 0-based place in the procedure. */
  readonly index: number;
  readonly name: string;
  readonly title: string;
  /** Since the drill began, milliseconds. */
  readonly beginMs: number;
  /** Of a step that never ended, when the last event was. */
  readonly endMs: number;
  /** `unended`: the run was killed in it, or is still in it. */
  readonly outcome: 'completed' | 'not completed' | 'restored' | 'left out' | 'unended';
}

/** Gives the steps of a drill, in the order in which they came. */
export function stepSpans(events: readonly TimedEvent[]): readonly StepSpan[] {
  const spans: StepSpan[] = [];
  const lastMs = events.at(-1)?.afterMs ?? 0;
  for (const { afterMs, event } of events) {
    if (event.type === 'step-started') {
      const { step, title } = event;
      spans.push({ index: spans.length, name: step, title, beginMs: afterMs, endMs: lastMs, outcome: 'unended' });
    } else if (event.type === 'step-restored' || event.type === 'step-skipped') {
      const outcome = event.type === 'step-restored' ? 'restored' : 'left out';
      spans.push({ index: spans.length, name: event.step, title: event.title, beginMs: afterMs, endMs: afterMs, outcome });
    } else if (event.type === 'step-ended') {
      const at = spans.findLastIndex((span) => span.name === event.step && span.outcome === 'unended');
      const span = spans[at];
      if (span !== undefined) spans[at] = { ...span, endMs: afterMs, outcome: event.completed ? 'completed' : 'not completed' };
    }
  }
  return spans;
}

/** Gives the step that a moment belongs to: the last that had begun; undefined before the first. Restored and left-out ones take no time. */
export function stepAt(steps: readonly StepSpan[], afterMs: number): StepSpan | undefined {
  return steps.findLast((step) => step.beginMs <= afterMs && step.outcome !== 'restored' && step.outcome !== 'left out');
}
