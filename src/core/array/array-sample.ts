import { deviceCounters } from '../btrfs/device-stats.ts';
import type { DeviceCounter } from '../btrfs/device-stats.ts';
import type { ChunkProfile } from '../layout/profile.ts';
import { OutputLines } from '../parsing/output-lines.ts';

/** A device of the array, as its kernel has it. */
export interface SampledDevice {
  readonly devid: number;
  /** The serial of the disk below it; null when it is missing, or was pulled from under its mapping. */
  readonly disk: string | null;
  readonly sizeBytes: number;
  /** Error counters since they were last reset, those that are not zero. */
  readonly errors: Readonly<Partial<Record<DeviceCounter, number>>>;
}

/** Where a part of a chunk lies: one stripe, one device. */
export interface SampledStripe {
  readonly devid: number;
  /** On the device, from its beginning. */
  readonly offsetBytes: number;
}

/** A chunk: a piece of the array's logical addresses. Sizes in bytes. */
export interface SampledChunk {
  /** Its logical address, by which it is known for as long as it lives. */
  readonly startBytes: number;
  readonly lengthBytes: number;
  /** What is used of it, as of the last commit. */
  readonly usedBytes: number;
  readonly holds: 'data' | 'metadata' | 'system';
  readonly profile: ChunkProfile;
  readonly stripes: readonly SampledStripe[];
}

/** An array at a moment, as its kernel has it; read without writing anything. */
export interface ArraySample {
  /** Every place where it is mounted, in order; none when it is not. */
  readonly mounts: readonly { readonly guestPath: string; readonly options: readonly string[] }[];
  /** By devid; empty when it is not mounted. */
  readonly devices: readonly SampledDevice[];
  /** By logical address; empty when it is not mounted. */
  readonly chunks: readonly SampledChunk[];
}

/** The program of raidlab's agent in the guest that prints a sample. */
export const sampleProgram = 'raidlab-sample-array';

/** Of the flags of a chunk: what it holds. Source: include/uapi/linux/btrfs_tree.h, BTRFS_BLOCK_GROUP_*. */
const contentFlags = [
  [2, 'system'],
  [4, 'metadata'],
  [1, 'data'],
] as const;

/** And its profile; without any of them it is `single`. Source: as above. */
const profileFlags: readonly (readonly [flag: number, profile: SampledChunk['profile']])[] = [
  [8, 'raid0'],
  [16, 'raid1'],
  [32, 'dup'],
  [64, 'raid10'],
  [128, 'raid5'],
  [256, 'raid6'],
  [512, 'raid1c3'],
  [1024, 'raid1c4'],
];

/** Parses what {@link sampleProgram} printed; its lines are described in the agent. */
export function parseArraySample(text: string): ArraySample {
  const lines = new OutputLines(sampleProgram, text);
  const mounts: Writable<ArraySample['mounts']> = [];
  const devices: SampledDevice[] = [];
  const chunks: SampledChunk[] = [];
  while (lines.nextIs(/^mount /u)) mounts.push(takeMount(lines));
  while (lines.nextIs(/^device /u)) devices.push(takeDevice(lines));
  while (lines.nextIs(/^chunk /u)) chunks.push(takeChunk(lines));
  lines.take('end', /^end$/u);
  return { mounts, devices, chunks };
}

type Writable<List> = List extends readonly (infer Item)[] ? Item[] : never;

/** A line of /proc/PID/mountinfo: the mount point is its fifth field, the filesystem's options its last. Source: proc_pid_mountinfo(5). */
function takeMount(lines: OutputLines): ArraySample['mounts'][number] {
  const line = lines.take('mount MOUNTINFO', /^mount \d+ \d+ \d+:\d+ \S+ (\S+) (\S+)(?: \S+)* - btrfs \S+ (\S+)$/u);
  const guestPath = line.text(1).replaceAll(/\\([0-7]{3})/gu, (_, digits: string) => String.fromCodePoint(Number.parseInt(digits, 8)));
  return { guestPath, options: [...new Set([...line.text(2).split(','), ...line.text(3).split(',')])] };
}

function takeDevice(lines: OutputLines): SampledDevice {
  const line = lines.take('device DEVID BYTES SERIAL COUNTERS', /^device (\d+) (\d+) (\S+) (\d+) (\d+) (\d+) (\d+) (\d+)$/u);
  const serial = line.text(3);
  const errors = deviceCounters.flatMap((counter, index) => {
    const value = line.number(4 + index);
    return value === 0 ? [] : [[counter, value] as const];
  });
  return { devid: line.number(1), disk: serial === '-' ? null : serial, sizeBytes: line.number(2), errors: Object.fromEntries(errors) };
}

function takeChunk(lines: OutputLines): SampledChunk {
  const line = lines.take('chunk START LENGTH FLAGS USED DEVID:OFFSET…', /^chunk (\d+) (\d+) (\d+) (\d+)((?: \d+:\d+)+)$/u);
  const flags = line.number(3);
  const holds = contentFlags.find(([flag]) => (flags & flag) !== 0)?.[1] ?? lines.refuseTaken('a chunk that holds something');
  const stripes = line
    .text(5)
    .trim()
    .split(' ')
    .map((place) => place.split(':').map(Number))
    .map(([devid = 0, offsetBytes = 0]) => ({ devid, offsetBytes }));
  const profile = profileFlags.find(([flag]) => (flags & flag) !== 0)?.[1] ?? 'single';
  return { startBytes: line.number(1), lengthBytes: line.number(2), usedBytes: line.number(4), holds, profile, stripes };
}
