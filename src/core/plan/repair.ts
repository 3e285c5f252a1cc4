import { arrayGuestPath } from '../layout/layout.ts';
import { metadataProfileOf } from '../layout/profile.ts';
import type { ChunkProfiles, Profile } from '../layout/profile.ts';
import { command } from './command.ts';
import type { Command } from './command.ts';

/** A repair moves every byte of the array once, which takes minutes under emulation, so the limit is generous. Milliseconds. */
const repairTimeoutMs = 20 * 60 * 1000;

/** How a replace goes about it. */
export interface ReplaceOptions {
  /** `-r`: the replaced device is read only where no other one has a good copy. */
  readonly avoidSource?: boolean;
}

/** The command that replaces one device by another: `-B` keeps it in the foreground, `-f` overwrites an old filesystem on the target. */
export function planReplace(sourceDevid: number, targetGuestDevice: string, { avoidSource = false }: ReplaceOptions = {}): Command {
  const flags = avoidSource ? ['-B', '-f', '-r'] : ['-B', '-f'];
  return {
    argv: ['btrfs', 'replace', 'start', ...flags, String(sourceDevid), targetGuestDevice, arrayGuestPath],
    timeoutMs: repairTimeoutMs,
  };
}

/** The command that prints the progress of a replace, once. */
export function planReplaceStatus(): Command {
  return command('btrfs', 'replace', 'status', '-1', arrayGuestPath);
}

/** The command that cancels a replace, whether it runs or is suspended because its target is missing. */
export const planCancelReplace: Command = command('btrfs', 'replace', 'cancel', arrayGuestPath);

/** The command that converts chunks without their profile, and only those: the step that `replace` does not do. A layout says the profiles. */
export function planSoftBalance(profiles: ChunkProfiles): Command {
  const metadata = metadataProfileOf(profiles);
  return {
    argv: ['btrfs', 'balance', 'start', `-dconvert=${profiles.profile},soft`, `-mconvert=${metadata},soft`, arrayGuestPath],
    timeoutMs: repairTimeoutMs,
  };
}

/**
 * The command that gives up redundancy, explicitly (`-f`): data once, metadata twice on one device. For an array that must live on one
 * device. `soft`, because chunks made while degraded already have the profile and need not be moved.
 */
export const planConvertToOneDevice: Command = {
  argv: ['btrfs', 'balance', 'start', '-f', '-dconvert=single,soft', '-mconvert=dup,soft', arrayGuestPath],
  timeoutMs: repairTimeoutMs,
};

/** The command that frees data chunks that are less than half full, so that other chunks can have the space. */
export const planDropEmptyChunks: Command = {
  argv: ['btrfs', 'balance', 'start', '-dusage=50', arrayGuestPath],
  timeoutMs: repairTimeoutMs,
};

/** The command that cancels a balance, running or paused. */
export const planCancelBalance: Command = command('btrfs', 'balance', 'cancel', arrayGuestPath);

/** The command that converts only data: half of the work. */
export function planConvertData(profile: Profile): Command {
  return { argv: ['btrfs', 'balance', 'start', `-dconvert=${profile}`, arrayGuestPath], timeoutMs: repairTimeoutMs };
}

/**
 * The command that mounts what is left of an array to copy it away: nothing is written, no log is replayed, damaged roots and data
 * checksums are ignored. Source: btrfs(5), rescue; since kernel 5.11.
 */
export function planRescueMount(guestDevice: string): Command {
  return command('mount', '-t', 'btrfs', '-o', 'ro,degraded,rescue=all', guestDevice, arrayGuestPath);
}

/** The command that reads everything and checks its checksums, in the foreground. */
export function planScrub(): Command {
  return { argv: ['btrfs', 'scrub', 'start', '-B', arrayGuestPath], timeoutMs: repairTimeoutMs };
}

/** The same without fixing anything: what it finds remains. Its exit code is still 0. */
export function planReadOnlyScrub(): Command {
  return { argv: ['btrfs', 'scrub', 'start', '-B', '-r', arrayGuestPath], timeoutMs: repairTimeoutMs };
}

/** The command that adds a device to the array: new data may be written to it. */
export function planAddDevice(guestDevice: string): Command {
  return command('btrfs', 'device', 'add', guestDevice, arrayGuestPath);
}

/** The command that removes the missing device from the array: everything it had a copy of gets another one elsewhere. */
export function planRemoveMissing(): Command {
  return { argv: ['btrfs', 'device', 'remove', 'missing', arrayGuestPath], timeoutMs: repairTimeoutMs };
}

/** The command that changes how much of a device the array uses: `max`, or a signed number of bytes, such as `-32M`. */
export function planResize(devid: number, size: string): Command {
  return command('btrfs', 'filesystem', 'resize', `${String(devid)}:${size}`, arrayGuestPath);
}

/** The command that prints the error counters a last time and resets them. */
export function planResetDeviceStats(): Command {
  return command('btrfs', 'device', 'stats', '-z', arrayGuestPath);
}

/** The command that a monitor runs: it exits 64 when an error counter is not zero. */
export function planCheckDeviceStats(): Command {
  return command('btrfs', 'device', 'stats', '-c', arrayGuestPath);
}

/** The command that prints what is mounted on a path. */
export function planFindMount(guestPath: string): Command {
  return command('findmnt', '--json', '--output', 'TARGET,SOURCE,FSTYPE,OPTIONS', '--mountpoint', guestPath);
}

/** The commands that only look: what an administrator asks an array. */
export const lookAt = {
  filesystemShow: command('btrfs', 'filesystem', 'show', '--raw', arrayGuestPath),
  filesystemUsage: command('btrfs', 'filesystem', 'usage', '-b', arrayGuestPath),
  deviceStats: command('btrfs', 'device', 'stats', arrayGuestPath),
  scrubStatus: command('btrfs', 'scrub', 'status', arrayGuestPath),
  mountPoint: planFindMount(arrayGuestPath),
} as const satisfies Readonly<Record<string, Command>>;
