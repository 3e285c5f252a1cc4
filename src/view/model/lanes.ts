import type { Exposure } from '../../core/exposure/exposure.ts';
import { arrayMachines } from './array-machines.ts';
import type { MachineSpan } from './array-machines.ts';
import { commandRuns } from './command-runs.ts';
import type { CommandRun } from './command-runs.ts';
import { diskLanes } from './disk-lanes.ts';
import type { DiskLane } from './disk-lanes.ts';
import { mountHistory } from './mount-history.ts';
import type { MountState } from './mount-history.ts';
import type { Segment } from './segment.ts';
import { stepSpans } from './step-spans.ts';
import type { StepSpan } from './step-spans.ts';
import type { TimedEvent } from './timed-event.ts';

/** How many records of the live writer were acknowledged at a moment. */
export interface WriterPoint {
  readonly afterMs: number;
  readonly records: number;
}

/** Everything of a drill that happened over time, in parallel. Times are milliseconds since the drill began. */
export interface Lanes {
  /** Where the picture begins: what raidlab builds for itself before the first step is none of the array's story. */
  readonly beginMs: number;
  readonly endMs: number;
  readonly steps: readonly StepSpan[];
  readonly disks: readonly DiskLane[];
  readonly mount: readonly Segment<MountState>[];
  /** Empty when no sample told of any record. */
  readonly writer: readonly WriterPoint[];
  /** In all machines of the drill; the lane has those in the machines of the array, and every one that was typed. */
  readonly commands: readonly CommandRun[];
  /** When the console showed kernel trouble. */
  readonly troubles: readonly { readonly afterMs: number; readonly what: string }[];
  readonly exposure: Exposure | null;
  readonly machines: readonly MachineSpan[];
}

/** Gives what is to be seen of a drill over time. */
export function lanesOf(events: readonly TimedEvent[]): Lanes {
  const steps = stepSpans(events);
  const lastMs = events.at(-1)?.afterMs ?? 0;
  const beginMs = Math.min(steps[0]?.beginMs ?? 0, lastMs);
  const endMs = Math.max(lastMs, beginMs + 1);
  const machines = arrayMachines(events);
  return {
    beginMs,
    endMs,
    steps,
    machines,
    disks: diskLanes(events, endMs),
    mount: mountHistory(events, machines, endMs),
    writer: writerPoints(events),
    commands: commandRuns(events),
    troubles: events.flatMap(({ afterMs, event }) =>
      event.type === 'kernel-trouble-seen' ? [{ afterMs, what: `${event.trouble.kind}: ${event.trouble.what}` }] : [],
    ),
    exposure: events.flatMap(({ event }) => (event.type === 'exposure-measured' ? [event.exposure] : [])).at(-1) ?? null,
  };
}

function writerPoints(events: readonly TimedEvent[]): readonly WriterPoint[] {
  const points = events.flatMap(({ afterMs, event }): readonly WriterPoint[] =>
    event.type === 'array-sampled' ? [{ afterMs, records: event.acknowledgedRecords }] : [],
  );
  return points.some(({ records }) => records > 0) ? points : [];
}
