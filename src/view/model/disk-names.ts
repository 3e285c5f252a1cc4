import { payloadSerial } from '../../core/payload/payload-serial.ts';
import type { TimedEvent } from './timed-event.ts';

/** Which disk is meant by a device of the guest, learnt from what was typed. */
export interface DiskNames {
  /** Takes in a command that was typed. */
  learn(argv: readonly string[]): void;
  /** Gives the serial of the disk below a device of the guest; undefined when nobody has said. */
  diskOf(guestDevice: string): string | undefined;
}

const mapperFolder = '/dev/mapper/';

/** Opens the names of a drill: at first those that every layout gives, `crypt-btrfs3` on `DISK3`. */
export function openDiskNames(): DiskNames {
  const mappings = new Map<string, string>();
  return {
    learn: (argv) => {
      const [tool, verb] = argv;
      const [device = '', name = ''] = argv.slice(-2);
      if (tool !== 'cryptsetup' || verb !== 'open' || !device.startsWith('/dev/')) return;
      const disk = serialOf(device);
      if (disk !== undefined) mappings.set(name, disk);
    },
    diskOf: (guestDevice) => {
      if (!guestDevice.startsWith(mapperFolder)) return serialOf(guestDevice);
      const name = guestDevice.slice(mapperFolder.length);
      const number = /^crypt-btrfs(\d+)$/u.exec(name)?.[1];
      return mappings.get(name) ?? (number === undefined ? undefined : `DISK${number}`);
    },
  };
}

/** The serial at the end of a name that udev made of it: `/dev/disk/by-id/scsi-0QEMU_QEMU_HARDDISK_DISK1`, `virtio-DISK1`, `virtio-DISK1-part1`. */
function serialOf(guestDevice: string): string | undefined {
  return /^\/dev\/disk\/by-id\/.*[_-]([A-Za-z0-9]+?)(?:-part\d+)?$/u.exec(guestDevice)?.[1];
}

/** The disks that an array has at first, and those beside it, as far as the words of a layout tell. */
export interface LayoutDisks {
  readonly members: readonly string[];
  readonly spares: readonly string[];
}

/** Reads how many disks a layout in words has: `2 × 1 GiB + 1 spare, LUKS2, raid1`, `256 MiB, 1 GiB + 1 spare of 1 GiB, on virtio`. None when it says something else. */
export function disksOfLayout(layout: string): LayoutDisks {
  const alike = /^(\d{1,3}) × /u.exec(layout)?.[1];
  const oneByOne = /^[\d.]+ [KMGT]?i?B(?:, [\d.]+ [KMGT]?i?B)*/u.exec(layout)?.[0].split(', ').length;
  const members = alike === undefined ? (oneByOne ?? 0) : Number(alike);
  const spares = Number(/ \+ (\d{1,3}) spares?\b/u.exec(layout)?.[1] ?? 0);
  const name = (_: unknown, at: number): string => `DISK${String(at + 1)}`;
  const all = Array.from({ length: members + spares }, name);
  return { members: all.slice(0, members), spares: all.slice(members) };
}

/** Gives the disks of a drill, in the order of their bays: those that it says it has, or else those of its layout and its faults. */
export function disksOfDrill(events: readonly TimedEvent[]): readonly string[] {
  const sampled = new Set<string>();
  const named = new Set<string>();
  for (const { event } of events) {
    if (event.type === 'array-sampled') for (const { serial } of event.disks) sampled.add(serial);
    else if (event.type === 'drill-started') {
      const { members, spares } = disksOfLayout(event.layout);
      for (const disk of [...members, ...spares]) named.add(disk);
    } else if ((event.type === 'fault-injected' || event.type === 'fault-cleared') && event.disk !== null) named.add(event.disk);
  }
  // Earlier versions told of it.
  sampled.delete(payloadSerial);
  if (sampled.size > 0) return [...sampled];
  // DISK2 before DISK10. A collator would do it, too, and takes a browser 30 ms to load.
  return [...named].toSorted((one, other) => one.length - other.length || (one < other ? -1 : 1));
}
