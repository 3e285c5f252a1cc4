import type { EventBody, RecordedEvent } from '../../core/event.ts';

/** What earlier versions of raidlab did not say yet, as if they had. */
const unsaid: { readonly [Type in EventBody['type']]?: Partial<Extract<EventBody, { readonly type: Type }>> } = {
  'verdict-reached': { expectation: null, surprises: null },
  'fault-injected': { bytes: null },
};

/** What belongs to the run, also when it comes after the beginning of its drill. */
const ofTheRun: ReadonlySet<string> = new Set<EventBody['type']>(['run-failed', 'run-ended', 'remark-made']);

/**
 * Gives the events of a run as this version of raidlab tells them. Versions of before 25 November 2026 ran one drill, without planning
 * it and without its name in the events.
 */
export function asOfToday(events: readonly RecordedEvent[]): readonly RecordedEvent[] {
  const whole = events.map((event): RecordedEvent => ({ ...unsaid[event.type], ...event }));
  const at = whole.findIndex(({ type, job }) => type === 'drill-started' && job === undefined);
  const begun = whole[at];
  if (begun?.type !== 'drill-started' || whole.some(({ type }) => type === 'run-planned')) return whole;
  const { drill, promise, seed, skippedSteps, layout, payloadBytes, v, seq } = begun;
  const planned = { job: drill, drill, isTwin: false, promise, seed, skippedSteps, layout, payloadBytes, kernel: '', tools: '' };
  const plan: RecordedEvent = { v, seq, at: begun.at, type: 'run-planned', seed, limit: 1, jobs: [planned] };
  const ofDrill = whole.slice(at).map((event) => (ofTheRun.has(event.type) ? event : { ...event, job: drill }));
  return [...whole.slice(0, at), plan, ...ofDrill];
}
