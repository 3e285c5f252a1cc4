import { metadataProfileOf } from '../layout/profile.ts';
import type { ChunkProfiles, Profile } from '../layout/profile.ts';
import type { MountedArray } from './array.ts';
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
export function planReplace(
  { mountPoint }: MountedArray,
  sourceDevid: number,
  targetGuestDevice: string,
  { avoidSource = false }: ReplaceOptions = {},
): Command {
  const flags = avoidSource ? ['-B', '-f', '-r'] : ['-B', '-f'];
  return {
    argv: ['btrfs', 'replace', 'start', ...flags, String(sourceDevid), targetGuestDevice, mountPoint],
    timeoutMs: repairTimeoutMs,
  };
}

/** The command that prints the progress of a replace, once. */
export function planReplaceStatus({ mountPoint }: MountedArray): Command {
  return command('btrfs', 'replace', 'status', '-1', mountPoint);
}

/** The command that cancels a replace, whether it runs or is suspended because its target is missing. */
export function planCancelReplace({ mountPoint }: MountedArray): Command {
  return command('btrfs', 'replace', 'cancel', mountPoint);
}

/** The command that converts chunks without their profile, and only those: the step that `replace` does not do. The layout says the profiles. */
export function planSoftBalance({ layout, mountPoint }: MountedArray & { readonly layout: ChunkProfiles }): Command {
  const metadata = metadataProfileOf(layout);
  return {
    argv: ['btrfs', 'balance', 'start', `-dconvert=${layout.profile},soft`, `-mconvert=${metadata},soft`, mountPoint],
    timeoutMs: repairTimeoutMs,
  };
}

/**
 * The command that gives up redundancy, explicitly (`-f`): data once, metadata twice on one device. For an array that must live on one
 * device. `soft`, because chunks made while degraded already have the profile and need not be moved.
 */
export function planConvertToOneDevice({ mountPoint }: MountedArray): Command {
  return {
    argv: ['btrfs', 'balance', 'start', '-f', '-dconvert=single,soft', '-mconvert=dup,soft', mountPoint],
    timeoutMs: repairTimeoutMs,
  };
}

/** The command that frees data chunks that are less than half full, so that other chunks can have the space. */
export function planDropEmptyChunks({ mountPoint }: MountedArray): Command {
  return { argv: ['btrfs', 'balance', 'start', '-dusage=50', mountPoint], timeoutMs: repairTimeoutMs };
}

/** The command that cancels a balance, running or paused. */
export function planCancelBalance({ mountPoint }: MountedArray): Command {
  return command('btrfs', 'balance', 'cancel', mountPoint);
}

/** The command that converts only data: half of the work. */
export function planConvertData({ mountPoint }: MountedArray, profile: Profile): Command {
  return { argv: ['btrfs', 'balance', 'start', `-dconvert=${profile}`, mountPoint], timeoutMs: repairTimeoutMs };
}

/**
 * The command that mounts what is left of an array to copy it away: nothing is written, no log is replayed, damaged roots and data
 * checksums are ignored. Source: btrfs(5), rescue; since kernel 5.11.
 */
export function planRescueMount({ mountPoint }: MountedArray, guestDevice: string): Command {
  return command('mount', '-t', 'btrfs', '-o', 'ro,degraded,rescue=all', guestDevice, mountPoint);
}

/** The command that reads everything and checks its checksums, in the foreground. */
export function planScrub({ mountPoint }: MountedArray): Command {
  return { argv: ['btrfs', 'scrub', 'start', '-B', mountPoint], timeoutMs: repairTimeoutMs };
}

/** The same without fixing anything: what it finds remains. Its exit code is still 0. */
export function planReadOnlyScrub({ mountPoint }: MountedArray): Command {
  return { argv: ['btrfs', 'scrub', 'start', '-B', '-r', mountPoint], timeoutMs: repairTimeoutMs };
}

/** The command that adds a device to the array: new data may be written to it. */
export function planAddDevice({ mountPoint }: MountedArray, guestDevice: string): Command {
  return command('btrfs', 'device', 'add', guestDevice, mountPoint);
}

/** The command that removes the missing device from the array: everything it had a copy of gets another one elsewhere. */
export function planRemoveMissing({ mountPoint }: MountedArray): Command {
  return { argv: ['btrfs', 'device', 'remove', 'missing', mountPoint], timeoutMs: repairTimeoutMs };
}

/** The command that changes how much of a device the array uses: `max`, or a signed number of bytes, such as `-32M`. */
export function planResize({ mountPoint }: MountedArray, devid: number, size: string): Command {
  return command('btrfs', 'filesystem', 'resize', `${String(devid)}:${size}`, mountPoint);
}

/** The command that prints the error counters a last time and resets them. */
export function planResetDeviceStats({ mountPoint }: MountedArray): Command {
  return command('btrfs', 'device', 'stats', '-z', mountPoint);
}

/** The command that a monitor runs: it exits 64 when an error counter is not zero. */
export function planCheckDeviceStats({ mountPoint }: MountedArray): Command {
  return command('btrfs', 'device', 'stats', '-c', mountPoint);
}

/** The command that prints what is mounted on a path. */
export function planFindMount(guestPath: string): Command {
  return command('findmnt', '--json', '--output', 'TARGET,SOURCE,FSTYPE,OPTIONS', '--mountpoint', guestPath);
}

/** The commands that only look at an array: what an administrator asks it. */
export function lookAt({ mountPoint }: MountedArray) {
  return {
    filesystemShow: command('btrfs', 'filesystem', 'show', '--raw', mountPoint),
    filesystemUsage: command('btrfs', 'filesystem', 'usage', '-b', mountPoint),
    deviceStats: command('btrfs', 'device', 'stats', mountPoint),
    scrubStatus: command('btrfs', 'scrub', 'status', mountPoint),
    mountPoint: planFindMount(mountPoint),
  } as const satisfies Readonly<Record<string, Command>>;
}
