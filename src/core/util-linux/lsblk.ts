import * as v from 'valibot';
import { readJsonOutput } from '../parsing/json-output.ts';
import { count, list, matching, onlyFields } from '../parsing/json-shape.ts';
import type { Shape } from '../parsing/json-shape.ts';

/** One block device of the guest and what is stacked on it, with the columns of {@link lsblkColumns}. */
export interface BlockDevice {
  /** The kernel's name, or the mapping's. Changes from boot to boot: find disks by serial. */
  readonly name: string;
  readonly guestDevice: string;
  readonly serial: string | null;
  readonly sizeBytes: number;
  /** `disk`, `part`, `crypt`, … */
  readonly type: string;
  readonly fstype: string | null;
  readonly uuid: string | null;
  readonly mountpoints: readonly string[];
  readonly children: readonly BlockDevice[];
}

/** The columns that the parser requires, no more and no fewer. */
export const lsblkColumns = ['NAME', 'PATH', 'SERIAL', 'SIZE', 'TYPE', 'FSTYPE', 'UUID', 'MOUNTPOINTS'] as const;

const word = matching(/./su, 'a text');

const deviceShape: Shape<BlockDevice> = v.pipe(
  onlyFields({
    name: word,
    path: word,
    serial: v.nullable(word),
    size: count(),
    type: word,
    fstype: v.nullable(word),
    uuid: v.nullable(word),
    // util-linux 2.38 writes [null] for a device that is not mounted, 2.41 writes [].
    mountpoints: list(v.nullable(word)),
    children: v.exactOptional(list(v.lazy(() => deviceShape))),
  }),
  v.transform(({ path, size, mountpoints, children = [], ...device }) => ({
    ...device,
    guestDevice: path,
    sizeBytes: size,
    mountpoints: mountpoints.filter((mountpoint) => mountpoint !== null),
    children,
  })),
);

const printedShape = onlyFields({ blockdevices: list(deviceShape) });

/** Parses `lsblk --json -b -o NAME,PATH,SERIAL,SIZE,TYPE,FSTYPE,UUID,MOUNTPOINTS`; an unknown or absent key is refused. */
export function parseLsblk(printed: string): readonly BlockDevice[] {
  return readJsonOutput('lsblk --json', printedShape, printed).blockdevices;
}

/** All devices, each before its children. */
export function allBlockDevices(devices: readonly BlockDevice[]): readonly BlockDevice[] {
  return devices.flatMap((device) => [device, ...allBlockDevices(device.children)]);
}

/** Finds the disk with a serial; undefined when it is not there, for instance because it was pulled. */
export function findDisk(devices: readonly BlockDevice[], serial: string): BlockDevice | undefined {
  return devices.find((device) => device.type === 'disk' && device.serial === serial);
}
