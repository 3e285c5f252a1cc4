import type { DeviceCounter } from '../btrfs/device-stats.ts';
import type { Profile } from '../layout/profile.ts';

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
  readonly profile: Profile | 'raid0';
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
