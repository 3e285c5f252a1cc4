import type { DeviceCounter } from '../../core/btrfs/device-stats.ts';
import type { TimedEvent } from './timed-event.ts';

/** An error counter of a device that was something else after a step than before it. */
export interface CounterChange {
  /** The serial of its disk, or its devid where that is not known. */
  readonly device: string;
  readonly counter: DeviceCounter;
  readonly before: number;
  readonly after: number;
}

type Counters = ReadonlyMap<string, number>;

/** Gives the error counters that changed between two moments, by the samples; a counter that no sample tells of is zero. */
export function counterChanges(events: readonly TimedEvent[], beginMs: number, endMs: number): readonly CounterChange[] {
  const before = countersAt(events, beginMs);
  const after = countersAt(events, endMs);
  if (before === null || after === null) return [];
  const keys = [...new Set([...before.keys(), ...after.keys()])];
  return keys.flatMap((key): readonly CounterChange[] => {
    const [device = '', counter = ''] = key.split('\t');
    const [was, is] = [before.get(key) ?? 0, after.get(key) ?? 0];
    return was === is ? [] : [{ device, counter: counter as DeviceCounter, before: was, after: is }];
  });
}

/** The counters as the last sample of a mounted array had them; null when none was seen by then. */
function countersAt(events: readonly TimedEvent[], afterMs: number): Counters | null {
  const last = events.findLast(
    (timed) => timed.afterMs <= afterMs && timed.event.type === 'array-sampled' && timed.event.sample.devices.length > 0,
  );
  if (last?.event.type !== 'array-sampled') return null;
  return new Map(
    last.event.sample.devices.flatMap(({ devid, errors }) =>
      Object.entries(errors).map(([counter, value]) => [`${nameOf(events, devid, afterMs)}\t${counter}`, value] as const),
    ),
  );
}

/** A device that is missing is named by the disk that it was on last. */
function nameOf(events: readonly TimedEvent[], devid: number, untilMs: number): string {
  const disk = events
    .flatMap(({ afterMs, event }) => (afterMs <= untilMs && event.type === 'array-sampled' ? event.sample.devices : []))
    .findLast((device) => device.devid === devid && device.disk !== null)?.disk;
  return disk === null || disk === undefined ? `devid ${String(devid)}` : `${disk} (devid ${String(devid)})`;
}
