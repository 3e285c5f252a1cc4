import { OutputLines } from '../parsing/output-lines.ts';

/** The counters that btrfs keeps per device, in the order in which the tool prints them. Source: btrfs-device(8), DEVICE STATS. */
export const deviceCounters = ['write_io_errs', 'read_io_errs', 'flush_io_errs', 'corruption_errs', 'generation_errs'] as const;

/** The name of one counter. */
export type DeviceCounter = (typeof deviceCounters)[number];

/** The error counters of one device, since they were last reset. */
export interface DeviceStats {
  /** Null when the device is missing. */
  readonly guestDevice: string | null;
  /** Only a missing device is named by its devid; null otherwise. */
  readonly missingDevid: number | null;
  readonly counters: Readonly<Record<DeviceCounter, number>>;
}

/** One counter that is not zero. */
export interface NonZeroCounter {
  /** The device as the tool names it: a guest device, or `devid:N` when it is missing. */
  readonly device: string;
  readonly counter: DeviceCounter;
  readonly value: number;
}

const tool = 'btrfs device stats';

/**
 * Parses `btrfs device stats PATH` (also with `-c` or `-z`) of a filesystem that has `totalDevices` devices.
 *
 * The output has no end mark: only the number of devices, from {@link import('./filesystem-show.ts').ShownFilesystem.totalDevices},
 * tells whether the last device is there. All five counters of every device are required. While a replace runs, btrfs-progs 7.3 adds a device that is
 * not there, devid 0, behind the others: it is passed over as long as it counts nothing.
 */
export function parseDeviceStats(text: string, totalDevices: number): readonly DeviceStats[] {
  const lines = new OutputLines(tool, text);
  const stats: DeviceStats[] = [];
  while (stats.length < totalDevices) {
    const device = takeDevice(lines);
    if (stats.some((other) => deviceName(other) === deviceName(device))) lines.refuseTaken('each device once');
    stats.push(device);
  }
  if (lines.nextIs(/^\[devid:0\]/)) takePhantom(lines);
  lines.end();
  return stats;
}

function takeDevice(lines: OutputLines): DeviceStats {
  const first = takeCounter(lines, 'write_io_errs');
  const take = (counter: DeviceCounter): number => {
    const { device, value } = takeCounter(lines, counter);
    return device === first.device ? value : lines.refuseTaken(`all five counters of ${first.device}`);
  };
  const counters = {
    write_io_errs: first.value,
    read_io_errs: take('read_io_errs'),
    flush_io_errs: take('flush_io_errs'),
    corruption_errs: take('corruption_errs'),
    generation_errs: take('generation_errs'),
  };
  const devid = /^devid:(\d+)$/.exec(first.device)?.[1];
  return { guestDevice: devid === undefined ? first.device : null, missingDevid: devid === undefined ? null : Number(devid), counters };
}

function takePhantom(lines: OutputLines): void {
  const phantom = takeDevice(lines);
  if (Object.values(phantom.counters).some((value) => value > 0)) lines.refuseTaken('no errors of a device that is not there');
}

function takeCounter(lines: OutputLines, counter: DeviceCounter): { readonly device: string; readonly value: number } {
  const line = lines.take(`[DEVICE].${counter} N`, new RegExp(String.raw`^\[(/\S+|devid:\d+)\]\.${counter} +(\d+)$`));
  return { device: line.text(1), value: line.number(2) };
}

function deviceName(stats: DeviceStats): string {
  return stats.guestDevice ?? `devid:${String(stats.missingDevid)}`;
}

/** The counters that are not zero, in the order of the output; empty when no device ever failed. */
export function nonZeroCounters(stats: readonly DeviceStats[]): readonly NonZeroCounter[] {
  return stats.flatMap((device) =>
    deviceCounters
      .map((counter) => ({ device: deviceName(device), counter, value: device.counters[counter] }))
      .filter(({ value }) => value > 0),
  );
}

/** Gives counters in words, device by device: `/dev/dm-0 write_io_errs 71, flush_io_errs 18; devid:2 read_io_errs 1`. */
export function describeCounters(counters: readonly NonZeroCounter[]): string {
  const devices = [...new Set(counters.map(({ device }) => device))];
  const countersOf = (wanted: string): readonly string[] =>
    counters.filter(({ device }) => device === wanted).map(({ counter, value }) => `${counter} ${String(value)}`);
  return devices.map((device) => `${device} ${countersOf(device).join(', ')}`).join('; ');
}
