/**
 * A race in udev that no repair can win or lose, and after which a boot has not mounted the array, though nothing is missing:
 *
 *     member 1 opened ── udev: `btrfs ready`? no: ID_BTRFS_READY=0, SYSTEMD_READY=0 ──► in udev's database
 *     member 2 opened ────── udev: `btrfs ready`? yes: trigger -p ID_BTRFS_READY=0 ───► looks there, too early
 *
 * Containers that are opened within some hundredths of a second are handled side by side. If the mark of the first is not in the
 * database yet when the rule of the second looks for it, nobody looks again: systemd waits for the filesystem, gives up after 90 s, and
 * all members are open. Sources: 64-btrfs.rules; https://github.com/systemd/systemd/issues/5866.
 */
import { lostRaceIssue } from '../core/boot/lost-race.ts';
import type { ArrayPlan } from '../core/plan/array.ts';
import { command, formatCommand } from '../core/plan/command.ts';
import type { Command } from '../core/plan/command.ts';
import { memberDeviceOf } from '../core/plan/container.ts';
import type { Context } from '../machine/context.ts';
import type { Guest } from '../machine/guest.ts';
import { tryCommand } from './type-command.ts';

/** What the rule did too early. */
const planLookAgain = command('udevadm', 'trigger', '--subsystem-match=block', '--property-match=ID_BTRFS_READY=0');

/**
 * Gives a sentence without its full stop on whether a boot that has come to rest without the array has lost the race, and what helps;
 * otherwise nothing. udev is not told to look again: nobody would tell it on a machine of one's own.
 */
export async function describeLostRace(ctx: Context, guest: Guest, array: ArrayPlan): Promise<readonly string[]> {
  const succeeds = async (planned: Command): Promise<boolean> => (await tryCommand(ctx, guest, planned)).exitCode === 0;
  const left: string[] = [];
  for (const container of [...array.members, ...array.spares]) {
    const guestDevice = memberDeviceOf(array.layout, container);
    const planMark = command('udevadm', 'info', '--query=property', '--property=SYSTEMD_READY', '--value', guestDevice);
    const marked = (await tryCommand(ctx, guest, planMark)).stdout.trim() === '0';
    if (marked && (await succeeds(command('btrfs', 'device', 'ready', guestDevice)))) left.push(guestDevice);
  }
  if (left.length === 0) return [];
  const seen = `udev has ${left.join(' and ')} marked as not ready, though all members are there: two were opened at once (${lostRaceIssue})`;
  const helps = `\`${formatCommand(planLookAgain)}\` and \`mount ${array.mountPoint}\` help`;
  return [`${seen}. No repair causes that or mends it; ${helps}: docs/boot.md`];
}
