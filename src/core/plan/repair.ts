import { arrayGuestPath } from '../layout.ts';
import type { Profile } from '../layout.ts';
import { command } from './command.ts';
import type { Command } from './command.ts';

/** A repair moves every byte of the array once; minutes under emulation, so the limit is generous. Milliseconds. */
const repairTimeoutMs = 20 * 60 * 1000;

/** The command that replaces a device by another: `-B` keeps it in the foreground, `-f` overwrites an old filesystem on the target. */
export function planReplace(sourceDevid: number, targetGuestDevice: string): Command {
  return {
    argv: ['btrfs', 'replace', 'start', '-B', '-f', String(sourceDevid), targetGuestDevice, arrayGuestPath],
    timeoutMs: repairTimeoutMs,
  };
}

/** The command that says how far a replace is, once. */
export function planReplaceStatus(): Command {
  return command('btrfs', 'replace', 'status', '-1', arrayGuestPath);
}

/** The command that converts the chunks which do not have the profile, and only those: the step that `replace` does not do. */
export function planSoftBalance(profile: Profile): Command {
  return {
    argv: ['btrfs', 'balance', 'start', `-dconvert=${profile},soft`, `-mconvert=${profile},soft`, arrayGuestPath],
    timeoutMs: repairTimeoutMs,
  };
}

/** The command that reads everything and compares it with its checksums, in the foreground. */
export function planScrub(): Command {
  return { argv: ['btrfs', 'scrub', 'start', '-B', arrayGuestPath], timeoutMs: repairTimeoutMs };
}

/** The commands that only look: what an administrator asks the array. */
export const lookAt = {
  filesystemShow: command('btrfs', 'filesystem', 'show', '--raw', arrayGuestPath),
  filesystemUsage: command('btrfs', 'filesystem', 'usage', '-b', arrayGuestPath),
  deviceStats: command('btrfs', 'device', 'stats', arrayGuestPath),
  scrubStatus: command('btrfs', 'scrub', 'status', arrayGuestPath),
  mountPoint: command('findmnt', '--json', '--output', 'TARGET,SOURCE,FSTYPE,OPTIONS', '--mountpoint', arrayGuestPath),
} as const satisfies Readonly<Record<string, Command>>;
