/*
 * What can be wrong with a disk, as plain values. The machine injects it below every kernel, at the guest's own offsets.
 *
 *     standing fault   lasts from injection until it is cleared; it belongs to the disk: a pull or a restart does not end it
 *     damage           bytes that differ from what was written; done once, and only a repair undoes it
 *
 * A missing disk, a DiskPull, is not a value here: the disk is pulled from the machine and inserted again.
 */
/** Some bytes of a disk, from an offset on. */
export interface ByteRange {
  readonly offsetBytes: number;
  readonly lengthBytes: number;
}

/**
 * How a disk reports that it failed, and what Linux makes of it:
 * `medium-error` unrecovered, never retried; `hardware-error` internal target failure, never retried;
 * `aborted-command` tried again five times by the kernel before anybody is told.
 */
export type DiskSense = 'medium-error' | 'hardware-error' | 'aborted-command';

/** Requests that the disk answers with an error. A flush fails only when all errors happen everywhere. */
interface DiskErrors {
  /** The disk's serial. */
  readonly disk: string;
  /** Where; everywhere by default. Widened to whole blocks of {@link faultBlockBytes}, because such a disk loses a sector as a whole. */
  readonly at?: readonly ByteRange[];
  /** Fails only each Nth request of these kinds, counted over the whole disk; not together with `at`. */
  readonly everyNth?: number;
  readonly sense?: DiskSense;
}

/** Reads fail, with a medium error by default; writes work, and repair nothing. */
export interface ReadErrors extends DiskErrors {
  readonly kind: 'read-errors';
}

/** Writes fail, with a hardware error by default, and leave the disk unchanged; reads work. */
export interface WriteErrors extends DiskErrors {
  readonly kind: 'write-errors';
}

/** Reads, writes and discards fail, with a hardware error by default; without `at`, flushes too. The disk is still present. */
export interface AllErrors extends DiskErrors {
  readonly kind: 'all-errors';
}

/**
 * The disk answers late. Requests are served one after the other, so five a second is a disk that takes 200 ms for each and
 * lets the others wait. After a pause the first tenth of a second's worth passes at once.
 */
export interface SlowDisk {
  readonly kind: 'slow-disk';
  readonly disk: string;
  readonly requestsPerSecond?: number;
  readonly bytesPerSecond?: number;
}

/** Bytes of the disk differ from what was written, and the disk does not say so. On an encrypted disk: below the encryption. */
export interface SilentCorruption {
  readonly kind: 'silent-corruption';
  readonly disk: string;
  /** Each of these is changed. Unused places prove nothing: give ranges that hold something. */
  readonly at: readonly ByteRange[];
}

/** The beginning of the disk, or of its partition, reads as zeroes: the LUKS header, or this many bytes of it. */
export interface HeaderWipe {
  readonly kind: 'header-wipe';
  readonly disk: string;
  /** Where the partition begins; 0 by default. */
  readonly offsetBytes?: number;
  readonly lengthBytes: number;
}

/** A standing fault that answers requests with errors. */
export type ErrorFault = ReadErrors | WriteErrors | AllErrors;

/** A fault that stays until it is cleared. */
export type StandingFault = ErrorFault | SlowDisk;

/** A change of bytes; only a repair undoes it. */
export type DiskDamage = SilentCorruption | HeaderWipe;

/** Any fault of a disk that is in the machine. */
export type Fault = StandingFault | DiskDamage;

/** Gives the places that damage changes. */
export function placesOf(damage: DiskDamage): readonly ByteRange[] {
  return damage.kind === 'header-wipe' ? [{ offsetBytes: damage.offsetBytes ?? 0, lengthBytes: damage.lengthBytes }] : damage.at;
}

/** Tells whether a fault is damage: done once, and not clearable. */
export function isDamage(fault: Fault): fault is DiskDamage {
  return fault.kind === 'silent-corruption' || fault.kind === 'header-wipe';
}

/** The smallest unit that fails, bytes. */
export const faultBlockBytes = 4096;

/** The most blocks that one fault may name: QEMU searches them at each request, and reads 16384 in 75 ms. */
export const maxFaultBlocks = 16_384;

/** What corrupted bytes become; the second one where the first is already there. */
export const corruptedBytes = [0x5a, 0xa5] as const;

/** The most ranges that are corrupted at once: each is a word of a command line. */
export const maxCorruptedRanges = 4096;

/** The most that is corrupted at once, bytes: the machine is paused meanwhile. */
export const maxCorruptedBytes = 1024 ** 3;
