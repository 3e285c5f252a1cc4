import { OutputLines } from '../parsing/output-lines.ts';

/** The kinds of chunks; `data+metadata` only exists in filesystems made with `--mixed`. */
export type BlockGroupType = 'data' | 'metadata' | 'system' | 'data+metadata';

/** A btrfs profile as `btrfs filesystem usage` spells it. */
export type BlockGroupProfile = (typeof blockGroupProfiles)[number];

const blockGroupProfiles = ['single', 'DUP', 'RAID0', 'RAID1', 'RAID1C3', 'RAID1C4', 'RAID10', 'RAID5', 'RAID6'] as const;

/** A profile in either spelling: the tool's (`RAID1`) or that of mkfs.btrfs and the balance filters (`raid1`). */
export type ProfileName = BlockGroupProfile | Lowercase<BlockGroupProfile>;

/** How many bytes of something one device holds. */
export interface DeviceBytes {
  /** Null where the tool says `missing`: it does not tell which devid. */
  readonly guestDevice: string | null;
  readonly sizeBytes: number;
}

/** All chunks of one type and profile. */
export interface BlockGroupUsage {
  readonly type: BlockGroupType;
  readonly profile: BlockGroupProfile;
  /** Logical bytes: copies are not counted. */
  readonly sizeBytes: number;
  readonly usedBytes: number;
  /** Raw bytes on each device that holds such chunks. */
  readonly devices: readonly DeviceBytes[];
}

/** The `Overall:` block. All sizes raw, over all devices, unless said otherwise. */
export interface OverallUsage {
  readonly deviceSizeBytes: number;
  readonly deviceAllocatedBytes: number;
  readonly deviceUnallocatedBytes: number;
  /** The size of the devices that are missing; 0 for a disk pulled under dm-crypt. */
  readonly deviceMissingBytes: number;
  /** What the filesystem leaves unused of its devices, for instance after a replace by a larger one. */
  readonly deviceSlackBytes: number;
  readonly usedBytes: number;
  readonly freeEstimatedBytes: number;
  readonly freeMinimumBytes: number;
  readonly freeStatfsBytes: number;
  readonly dataRatio: number;
  readonly metadataRatio: number;
  readonly globalReserveBytes: number;
  readonly globalReserveUsedBytes: number;
  /** The types that have chunks of more than one profile; empty where the tool says `no`. */
  readonly multipleProfiles: readonly BlockGroupType[];
}

/** What `btrfs filesystem usage -b` says. */
export interface FilesystemUsage {
  readonly overall: OverallUsage;
  readonly blockGroups: readonly BlockGroupUsage[];
  /** All devices of the filesystem, with the bytes outside any chunk; negative when chunks reach beyond the device. */
  readonly unallocated: readonly DeviceBytes[];
}

const tool = 'btrfs filesystem usage';

/**
 * Parses `btrfs filesystem usage -b PATH`, run as root, without `-T`.
 *
 * The output has no end mark. It counts as complete when every device that holds chunks is in the list `Unallocated:`,
 * and what the devices hold and have left adds up to `Device size`. (`Device allocated` is not compared: the tool
 * asks the kernel for it at another moment, and a chunk can come between.)
 */
export function parseFilesystemUsage(text: string): FilesystemUsage {
  const lines = new OutputLines(tool, text);
  const overall = takeOverall(lines);
  lines.take('an empty line', /^$/);
  const blockGroups: BlockGroupUsage[] = [];
  while (!lines.nextIs(/^Unallocated:$/)) {
    const blockGroup = takeBlockGroup(lines);
    if (blockGroups.some(({ type, profile }) => type === blockGroup.type && profile === blockGroup.profile)) {
      lines.refuseTaken('each type and profile once');
    }
    blockGroups.push(blockGroup);
  }
  if (blockGroups.length === 0) lines.refuse('chunks');
  lines.take('Unallocated:', /^Unallocated:$/);
  const unallocated = takeDevices(lines);
  lines.end();
  if (!isComplete(overall, blockGroups, unallocated)) lines.refuseTaken('every device under Unallocated');
  return { overall, blockGroups, unallocated };
}

function takeOverall(lines: OutputLines): OverallUsage {
  const bytes = (name: string): number =>
    lines.take(`${name}: BYTES`, new RegExp(String.raw`^    ${escaped(name)}:\t+ *(-?\d+)$`)).number(1);
  const ratio = (name: string): number =>
    Number(lines.take(`${name}: N.NN`, new RegExp(String.raw`^    ${name}:\t+ *(\d+\.\d\d)$`)).text(1));
  lines.take('Overall:', /^Overall:$/);
  const devices = {
    deviceSizeBytes: bytes('Device size'),
    deviceAllocatedBytes: bytes('Device allocated'),
    deviceUnallocatedBytes: bytes('Device unallocated'),
    deviceMissingBytes: bytes('Device missing'),
    deviceSlackBytes: bytes('Device slack'),
    usedBytes: bytes('Used'),
  };
  const estimated = lines.take('Free (estimated): BYTES (min: BYTES)', /^ {4}Free \(estimated\):\t+ *(\d+)\t\(min: (\d+)\)$/);
  const free = {
    freeEstimatedBytes: estimated.number(1),
    freeMinimumBytes: estimated.number(2),
    freeStatfsBytes: bytes('Free (statfs, df)'),
  };
  const ratios = { dataRatio: ratio('Data ratio'), metadataRatio: ratio('Metadata ratio') };
  const reserve = lines.take('Global reserve: BYTES (used: BYTES)', /^ {4}Global reserve:\t+ *(\d+)\t\(used: (\d+)\)$/);
  const multiple = lines.take('Multiple profiles: no or yes (TYPES)', /^ {4}Multiple profiles:\t+ *(?:no|yes\t\(([a-z+, ]+)\))$/);
  return {
    ...devices,
    ...free,
    ...ratios,
    globalReserveBytes: reserve.number(1),
    globalReserveUsedBytes: reserve.number(2),
    multipleProfiles: (multiple.optional(1)?.split(', ') ?? []).map((type) => blockGroupType(lines, type)),
  };
}

function escaped(name: string): string {
  return name.replaceAll(/[()]/g, String.raw`\$&`);
}

function takeBlockGroup(lines: OutputLines): BlockGroupUsage {
  const head = lines.take('TYPE,PROFILE: Size:BYTES, Used:BYTES', /^(\S+),(\w+): Size:(\d+), Used:(\d+) \(\d+\.\d\d%\)$/);
  const profile = blockGroupProfiles.find((known) => known === head.text(2)) ?? lines.refuseTaken('a known profile');
  const type = blockGroupType(lines, head.text(1).toLowerCase());
  const devices = takeDevices(lines);
  lines.take('an empty line', /^$/);
  return { type, profile, sizeBytes: head.number(3), usedBytes: head.number(4), devices };
}

function blockGroupType(lines: OutputLines, name: string): BlockGroupType {
  switch (name) {
    case 'data':
    case 'metadata':
    case 'system':
    case 'data+metadata':
      return name;
    default:
      return lines.refuseTaken('data, metadata or system');
  }
}

function takeDevices(lines: OutputLines): readonly DeviceBytes[] {
  const devices: DeviceBytes[] = [];
  for (;;) {
    const line = lines.takeIf(/^ {3}(?:missing|(\/\S+))\t *(-?\d+)$/);
    if (line === null) return devices;
    const guestDevice = line.optional(1);
    if (guestDevice !== null && devices.some((device) => device.guestDevice === guestDevice)) lines.refuseTaken('each device once');
    devices.push({ guestDevice, sizeBytes: line.number(2) });
  }
}

function isComplete(overall: OverallUsage, blockGroups: readonly BlockGroupUsage[], unallocated: readonly DeviceBytes[]): boolean {
  const missing = (devices: readonly DeviceBytes[]): number => devices.filter(({ guestDevice }) => guestDevice === null).length;
  const isListed = ({ guestDevice }: DeviceBytes): boolean => unallocated.some((device) => device.guestDevice === guestDevice);
  const allocated = blockGroups.flatMap(({ devices }) => devices);
  return (
    allocated.every(isListed) &&
    blockGroups.every(({ devices }) => missing(devices) <= missing(unallocated)) &&
    [...allocated, ...unallocated].reduce((sum, { sizeBytes }) => sum + sizeBytes, 0) === overall.deviceSizeBytes
  );
}
