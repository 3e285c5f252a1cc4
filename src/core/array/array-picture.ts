import type { BalanceStatus } from '../btrfs/balance-status.ts';
import type { DeviceCounter, DeviceStats } from '../btrfs/device-stats.ts';
import type { ShownFilesystem } from '../btrfs/filesystem-show.ts';
import type { FilesystemUsage } from '../btrfs/filesystem-usage.ts';
import type { ReplaceStatus } from '../btrfs/replace-status.ts';
import type { ScrubRecord } from '../btrfs/scrub-record.ts';
import type { ScrubReport } from '../btrfs/scrub-report.ts';
import type { DeviceMapping } from '../device-mapper/info.ts';
import type { BlockDevice } from '../util-linux/lsblk.ts';
import type { MountedFilesystem } from '../util-linux/findmnt.ts';

/** What was seen in a guest, each by a command of its own. */
export interface SeenArray {
  readonly blockDevices: readonly BlockDevice[];
  readonly mappings: readonly DeviceMapping[];
  /** Where it is mounted, or should be. */
  readonly mountPoint: string;
  /** What is mounted there; when nothing is, the rest is null, too. */
  readonly mount: MountedFilesystem | null;
  /** Every btrfs that is mounted, in the order in which they were. */
  readonly mounts: readonly MountedFilesystem[];
  readonly shown: ShownFilesystem | null;
  readonly usage: FilesystemUsage | null;
  readonly stats: readonly DeviceStats[] | null;
  readonly scrub: ScrubReport | null;
  /** The last scrub of each device that had one. */
  readonly scrubRecords: readonly ScrubRecord[];
  /** What the kernel said when it stopped writing to the array; null when it is written, or nobody knows why not. */
  readonly whyReadOnly: string | null;
  readonly replace: ReplaceStatus | null;
  readonly balance: BalanceStatus | null;
}

/** A disk as the guest has it: what is on it, layer upon layer. */
export interface PicturedDisk {
  readonly serial: string;
  readonly sizeBytes: number;
  /** The LUKS container on it; null where there is none. */
  readonly luksUuid: string | null;
  /** The mapping that is open over it. */
  readonly mapping: string | null;
}

/** A device of the array. */
export interface PicturedDevice {
  readonly devid: number;
  /** The mapping, or the device itself where it is not encrypted; null when it is missing. */
  readonly name: string | null;
  /** As btrfs calls it, which may be another name of it; null when it has none. */
  readonly guestDevice: string | null;
  /** The disk below; null when it is missing, or was pulled from under its mapping. */
  readonly serial: string | null;
  readonly isMissing: boolean;
  readonly sizeBytes: number;
  readonly allocatedBytes: number;
  /** Those that are not zero. */
  readonly errors: Readonly<Partial<Record<DeviceCounter, number>>>;
  /** Its last scrub, whatever came of it; null when it had none. */
  readonly lastScrub: ScrubRecord | null;
}

/** The array as it is, from the disks up. */
export interface ArrayPicture {
  readonly disks: readonly PicturedDisk[];
  /** Where it is mounted, or should be. */
  readonly mountPoint: string;
  readonly mount: MountedFilesystem | null;
  /** Every btrfs that is mounted, in the order in which they were. */
  readonly mounts: readonly MountedFilesystem[];
  readonly devices: readonly PicturedDevice[];
  readonly usage: FilesystemUsage | null;
  readonly scrub: ScrubReport | null;
  /** What the kernel said when it stopped writing to the array; null when it is written, or nobody knows why not. */
  readonly whyReadOnly: string | null;
  readonly replace: ReplaceStatus | null;
  readonly balance: BalanceStatus | null;
}

/** Puts together what was seen: which device of the array is on which disk. */
export function pictureArray(seen: SeenArray): ArrayPicture {
  const { blockDevices, mappings, mountPoint, mount, mounts, shown, usage, stats, scrub, scrubRecords, whyReadOnly, replace, balance } =
    seen;
  const disks = blockDevices.flatMap(pictureDisk);
  const devices = (shown?.devices ?? []).map(({ devid, guestDevice, missing, sizeBytes, usedBytes }): PicturedDevice => {
    const name = guestDevice === null ? null : nameOf(guestDevice, mappings);
    const disk = disks.find(({ picture, kernelName }) => (picture.mapping ?? kernelName) === name)?.picture;
    const counters = stats?.find(
      (entry) => entry.missingDevid === devid || (guestDevice !== null && entry.guestDevice === guestDevice),
    )?.counters;
    return {
      devid,
      name,
      guestDevice,
      serial: disk?.serial ?? null,
      isMissing: missing,
      sizeBytes,
      allocatedBytes: usedBytes,
      errors: Object.fromEntries(Object.entries(counters ?? {}).filter(([, value]) => value > 0)),
      lastScrub: scrubRecords.find((record) => record.devid === devid) ?? null,
    };
  });
  return { disks: disks.map(({ picture }) => picture), mountPoint, mount, mounts, devices, usage, scrub, whyReadOnly, replace, balance };
}

/** What the system's own disks are called: they are in every machine. */
const systemSerials: readonly string[] = ['root', 'modules', 'system'];

/** The kernel's name of a disk says nothing to anybody, and changes with each boot; btrfs calls members by it that are not encrypted. */
function pictureDisk(device: BlockDevice): readonly { readonly picture: PicturedDisk; readonly kernelName: string }[] {
  const { serial, sizeBytes, type } = device;
  if (type !== 'disk' || serial === null || systemSerials.includes(serial)) return [];
  const { name, fstype, uuid, children } = device.children.find((child) => child.type === 'part') ?? device;
  const mapping = children.find((child) => child.type === 'crypt')?.name ?? null;
  return [{ picture: { serial, sizeBytes, luksUuid: fstype === 'crypto_LUKS' ? uuid : null, mapping }, kernelName: name }];
}

/** The kernel names a mapping `/dev/dm-0` where udev had not told btrfs of its link yet. */
function nameOf(guestDevice: string, mappings: readonly DeviceMapping[]): string {
  const last = guestDevice.slice(guestDevice.lastIndexOf('/') + 1);
  return mappings.find(({ kernelName }) => kernelName === last)?.name ?? last;
}
