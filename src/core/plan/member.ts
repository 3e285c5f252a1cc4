import { command } from './command.ts';
import type { Command } from './command.ts';

/** The command that prints a member's super block: what the member says about itself, mounted or not. */
export function planDumpSuper(guestDevice: string): Command {
  return command('btrfs', 'inspect-internal', 'dump-super', guestDevice);
}

/** The command that removes the filesystem's signature from a device, so that nothing takes it for a member any more. */
export function planWipeSignatures(guestDevice: string): Command {
  return command('wipefs', '--all', guestDevice);
}

/** The command that tells the kernel about all visible members. */
export function planScanDevices(): Command {
  return command('btrfs', 'device', 'scan');
}

/** The command that makes the kernel forget the members of unmounted filesystems: it remembers devices that are gone. */
export function planForgetDevices(): Command {
  return command('btrfs', 'device', 'scan', '--forget');
}
