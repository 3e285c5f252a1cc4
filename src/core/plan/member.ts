import { command } from './command.ts';
import type { Command } from './command.ts';

/** The command that prints a member's super block: what the member says of itself, mounted or not. */
export function planDumpSuper(guestDevice: string): Command {
  return command('btrfs', 'inspect-internal', 'dump-super', guestDevice);
}

/** The command that takes the filesystem's signature off a device: nobody takes it for a member any more. */
export function planWipeSignatures(guestDevice: string): Command {
  return command('wipefs', '--all', guestDevice);
}

/** The command that tells the kernel of every member that can be seen. */
export function planScanDevices(): Command {
  return command('btrfs', 'device', 'scan');
}

/** The command that makes the kernel forget the members of filesystems that are not mounted: it keeps what it was told of a device that is gone since. */
export function planForgetDevices(): Command {
  return command('btrfs', 'device', 'scan', '--forget');
}
