import { UnknownOutput } from '../parsing/unknown-output.ts';

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

const tool = 'lsblk --json';
const keys: ReadonlySet<string> = new Set(lsblkColumns.map((column) => column.toLowerCase()));

/** Parses `lsblk --json -b -o NAME,PATH,SERIAL,SIZE,TYPE,FSTYPE,UUID,MOUNTPOINTS`; an unknown or absent key is refused. */
export function parseLsblk(text: string): readonly BlockDevice[] {
  let value: unknown;
  try {
    value = JSON.parse(text);
  } catch {
    throw new UnknownOutput(tool, 'a JSON document', text.slice(0, 80), text === '' ? 0 : 1);
  }
  if (!isRecord(value) || Object.keys(value).join() !== 'blockdevices') refuse('only the key blockdevices', value);
  return devicesOf(value.blockdevices);
}

function devicesOf(value: unknown): readonly BlockDevice[] {
  return Array.isArray(value) ? value.map(deviceOf) : refuse('a list of devices', value);
}

function deviceOf(value: unknown): BlockDevice {
  if (!isRecord(value)) refuse('a device', value);
  for (const key of keys) if (!(key in value)) refuse(`the key ${key}`, value);
  for (const key of Object.keys(value)) if (!keys.has(key) && key !== 'children') refuse('only the columns asked for', value);
  return {
    name: textOf(value.name),
    guestDevice: textOf(value.path),
    serial: optionalTextOf(value.serial),
    sizeBytes: sizeOf(value.size),
    type: textOf(value.type),
    fstype: optionalTextOf(value.fstype),
    uuid: optionalTextOf(value.uuid),
    mountpoints: mountpointsOf(value.mountpoints),
    children: 'children' in value ? devicesOf(value.children) : [],
  };
}

function mountpointsOf(value: unknown): readonly string[] {
  if (!Array.isArray(value)) refuse('a list of mount points', value);
  // util-linux 2.38 writes [null] for a device that is not mounted, 2.41 writes [].
  return value.filter((entry) => entry !== null).map(textOf);
}

function textOf(value: unknown): string {
  return typeof value === 'string' && value !== '' ? value : refuse('text', value);
}

function optionalTextOf(value: unknown): string | null {
  return value === null ? null : textOf(value);
}

function sizeOf(value: unknown): number {
  return typeof value === 'number' && Number.isSafeInteger(value) && value >= 0 ? value : refuse('a size in bytes', value);
}

function isRecord(value: unknown): value is Readonly<Record<string, unknown>> {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}

function refuse(expected: string, value: unknown): never {
  throw new UnknownOutput(tool, expected, (value === undefined ? 'nothing' : JSON.stringify(value)).slice(0, 80), 1);
}

/** All devices, each before its children. */
export function allBlockDevices(devices: readonly BlockDevice[]): readonly BlockDevice[] {
  return devices.flatMap((device) => [device, ...allBlockDevices(device.children)]);
}

/** Finds the disk with a serial; undefined when it is not there, for instance because it was pulled. */
export function findDisk(devices: readonly BlockDevice[], serial: string): BlockDevice | undefined {
  return devices.find((device) => device.type === 'disk' && device.serial === serial);
}
