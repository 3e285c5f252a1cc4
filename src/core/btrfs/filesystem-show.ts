import { OutputLines } from '../parsing/output-lines.ts';
import { UnknownOutput } from '../parsing/unknown-output.ts';

/** One device of a filesystem as `btrfs filesystem show` lists it. */
export interface ShownDevice {
  /** 0 is the target of a running replace. */
  readonly devid: number;
  /** 0 when the device is missing: the tool prints no real number then. */
  readonly sizeBytes: number;
  /** Bytes allocated to chunks; 0 when the device is missing. */
  readonly usedBytes: number;
  /** Null when the device is missing and the kernel has no name for it. */
  readonly guestDevice: string | null;
  readonly missing: boolean;
}

/** One filesystem as `btrfs filesystem show --raw` describes it. */
export interface ShownFilesystem {
  /** Null where the tool says `none`. */
  readonly label: string | null;
  readonly uuid: string;
  /** How many devices the filesystem claims. A running replace adds its target, devid 0: once, however the tool counts. */
  readonly totalDevices: number;
  readonly usedBytes: number;
  readonly devices: readonly ShownDevice[];
  /** `*** Some devices missing`: said of unmounted filesystems; the missing devices are then not listed. */
  readonly someDevicesMissing: boolean;
}

const tool = 'btrfs filesystem show';

/**
 * Parses `btrfs filesystem show --raw`: one or more filesystems.
 *
 * Each filesystem is complete or refused: as many devices as `Total devices` says, or the line that some are missing.
 * The list of filesystems itself has no end mark, so look the wanted one up by UUID ({@link findFilesystem}).
 * Also refused: sizes that are not plain bytes (`--raw` forgotten), and empty output, which the tool prints when there is no btrfs at all.
 * btrfs-progs 6.2 ends every filesystem with an empty line, 6.14 puts one between two. 7.3 counts the target of a running replace twice, and
 * lists it a second time as missing: that line is passed over, behind the target itself.
 */
export function parseFilesystemShow(text: string): readonly ShownFilesystem[] {
  const lines = new OutputLines(tool, text);
  const filesystems: ShownFilesystem[] = [];
  do {
    const filesystem = takeFilesystem(lines);
    if (filesystems.some(({ uuid }) => uuid === filesystem.uuid)) lines.refuseTaken('each filesystem once');
    filesystems.push(filesystem);
    skipWarnings(lines);
    if (lines.takeIf(/^$/) === null) break;
  } while (!lines.atEnd);
  lines.end();
  return filesystems;
}

/** Parses the output of `btrfs filesystem show --raw PATH`: the one filesystem mounted there. */
export function parseOneFilesystem(text: string): ShownFilesystem {
  const [filesystem, another] = parseFilesystemShow(text);
  if (filesystem === undefined || another !== undefined) throw new UnknownOutput(tool, 'one filesystem', text.slice(0, 80), 1);
  return filesystem;
}

/** Printed on stdout, once or more, while looking for seed devices; the filesystem's own lines say the same. */
function skipWarnings(lines: OutputLines): void {
  while (lines.takeIf(/^warning, device \d+ is missing$/) !== null);
}

function takeFilesystem(lines: OutputLines): ShownFilesystem {
  skipWarnings(lines);
  const head = lines.take("Label: 'LABEL'  uuid: UUID", /^Label: (?:none|'(.+)')  uuid: ([0-9a-f]{8}(?:-[0-9a-f]{4}){3}-[0-9a-f]{12})$/);
  const totals = lines.take('Total devices N FS bytes used BYTES', /^\tTotal devices (\d+) FS bytes used (\d+)$/);
  let totalDevices = totals.number(1);
  const counted = totalDevices;
  const devices: ShownDevice[] = [];
  while (devices.length < totalDevices && !lines.nextIs(/^\t\*\*\* /)) {
    const device = takeDevice(lines);
    if (totalDevices === counted && isTargetAgain(device, devices)) {
      totalDevices -= 1;
      continue;
    }
    if (devices.some(({ devid }) => devid === device.devid)) lines.refuseTaken('each devid once');
    // A missing device may still have a name that now belongs to another disk.
    if (!device.missing && devices.some((other) => !other.missing && other.guestDevice === device.guestDevice)) {
      lines.refuseTaken('each device that is there once');
    }
    devices.push(device);
  }
  const someDevicesMissing = devices.length < totalDevices;
  if (someDevicesMissing) lines.take('*** Some devices missing', /^\t\*\*\* Some devices missing$/);
  return { label: head.optional(1), uuid: head.text(2), totalDevices, usedBytes: totals.number(2), devices, someDevicesMissing };
}

function takeDevice(lines: OutputLines): ShownDevice {
  const missing = lines.takeIf(/^\tdevid +(\d+) size 0 used 0 path (\/\S+)? MISSING$/);
  if (missing !== null) {
    return { devid: missing.number(1), sizeBytes: 0, usedBytes: 0, guestDevice: missing.optional(2), missing: true };
  }
  const device = lines.take('devid N size BYTES used BYTES path DEVICE', /^\tdevid +(\d+) size (\d+) used (\d+) path (\/\S+)$/);
  return { devid: device.number(1), sizeBytes: device.number(2), usedBytes: device.number(3), guestDevice: device.text(4), missing: false };
}

function isTargetAgain(device: ShownDevice, devices: readonly ShownDevice[]): boolean {
  const isPhantom = device.devid === 0 && device.missing && device.guestDevice === null;
  return isPhantom && devices.some((other) => other.devid === 0 && !other.missing);
}

/** Finds a filesystem by UUID; undefined when it is not listed, which does not mean healthy. */
export function findFilesystem(shown: readonly ShownFilesystem[], uuid: string): ShownFilesystem | undefined {
  return shown.find((filesystem) => filesystem.uuid === uuid);
}

/** Whether the tool reports a missing device. It does not for a disk pulled under dm-crypt. */
export function isMissing(shown: ShownFilesystem): boolean {
  return shown.someDevicesMissing || shown.devices.some(({ missing }) => missing);
}
