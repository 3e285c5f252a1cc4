import type { TimedEvent } from './timed-event.ts';

/** How long a machine was on. */
export interface MachineSpan {
  readonly machine: string;
  readonly beginMs: number;
  /** Null of one that was on to the end of what was recorded. */
  readonly endMs: number | null;
  /** `save` when another goes on from where it was left. */
  readonly how: 'shutdown' | 'crash' | 'save' | 'dispose' | 'died' | null;
}

/**
 * Gives the machines that the array of a drill was worked on in, one after the other: those in which something was typed,
 * broken or sampled. Templates of a machine without an array, and the forks of the proof, are none of them.
 */
export function arrayMachines(events: readonly TimedEvent[]): readonly MachineSpan[] {
  const names = namesOfArrayMachines(events);
  const spans: MachineSpan[] = [];
  for (const { afterMs, event } of events) {
    if (event.type === 'machine-started' && names.has(event.machine)) {
      spans.push({ machine: event.machine, beginMs: afterMs, endMs: null, how: null });
    } else if (event.type === 'machine-stopped' && names.has(event.machine)) {
      const at = spans.findLastIndex((span) => span.machine === event.machine && span.endMs === null);
      const span = spans[at];
      if (span !== undefined) spans[at] = { ...span, endMs: afterMs, how: event.how };
    }
  }
  return spans;
}

function namesOfArrayMachines(events: readonly TimedEvent[]): ReadonlySet<string> {
  const names = new Set<string>();
  for (const { event } of events) {
    switch (event.type) {
      case 'command-typed':
      case 'fault-injected':
      case 'fault-cleared':
      case 'array-sampled':
        names.add(event.machine);
        break;
      default:
    }
  }
  return names;
}
