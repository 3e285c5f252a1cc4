/**
 * What a boot does with an array by itself, until nothing more comes; and a race on the way that no repair can win or lose:
 *
 *     member 1 opened ── udev: `btrfs ready`? no: ID_BTRFS_READY=0, SYSTEMD_READY=0 ──► in udev's database
 *     member 2 opened ────── udev: `btrfs ready`? yes: trigger -p ID_BTRFS_READY=0 ───► looks there, too early
 *
 * Containers that are opened within some hundredths of a second are handled side by side. If the mark of the first is not in the
 * database yet when the rule of the second looks for it, nobody looks again: systemd waits for the filesystem, gives up after 90 s, and
 * all members are open. Sources: 64-btrfs.rules; https://github.com/systemd/systemd/issues/5866.
 */
import type { ArrayPlan } from '../../../core/plan/array.ts';
import { command } from '../../../core/plan/command.ts';
import type { Command } from '../../../core/plan/command.ts';
import { memberDeviceOf } from '../../../core/plan/container.ts';
import type { PlanLine } from '../../../core/plan/drill-plan.ts';
import type { Context } from '../../../machine/context.ts';
import type { Guest } from '../../../machine/guest.ts';
import { ask, tryCommand } from '../../../storage/type-command.ts';
import { act } from '../plan-line.ts';
import type { Look, Watched } from '../watch-for.ts';
import { waitForLastJob } from './boot-steps.ts';

/** A booted machine with the disks of an array. */
export interface BootedArray {
  readonly ctx: Context;
  readonly guest: Guest;
  readonly array: ArrayPlan;
}

/** A boot after which nothing more comes by itself. */
export interface SettledBoot {
  readonly jobs: Watched<Look>;
  /** Says as evidence how the race was lost, and what was done about it; otherwise nothing. */
  readonly race: readonly string[];
}

/** The line of a plan for what comes before the first look at a booted array. */
export const settleBootLine: PlanLine = act(
  'wait until systemd has no job left; udev looks again at a member that it has left behind, though all are there (docs/boot.md)',
);

/** What the rule itself does, a moment too early. */
const planTrigger = command('udevadm', 'trigger', '--subsystem-match=block', '--property-match=ID_BTRFS_READY=0');

/** Waits until systemd has no job left. Where the race was lost, udev is told to look again, once, and that is a remark. */
export async function settleBoot({ ctx, guest, array }: BootedArray): Promise<SettledBoot> {
  const race: string[] = [];
  const jobs = await waitForLastJob({ ctx, guest }, async () => {
    if (race.length > 0) return;
    const left = await findLeftBehind({ ctx, guest, array });
    if (left.length === 0) return;
    const text = `udev has ${left.join(' and ')} marked as not ready, though all members are there: two were opened at once (systemd issue 5866)`;
    race.push(`${text}; it was told to look again`);
    ctx.emit({ type: 'remark-made', text: `${text}. It is told to look again; without that the array would not be mounted.` });
    await ask(ctx, guest, planTrigger, String);
  });
  return { jobs, race };
}

/** Gives the open members that udev has marked as not ready, when it has nothing more to do and the kernel says that all are there. */
async function findLeftBehind({ ctx, guest, array }: BootedArray): Promise<readonly string[]> {
  const succeeds = async (planned: Command): Promise<boolean> => (await tryCommand(ctx, guest, planned)).exitCode === 0;
  if (!(await succeeds(command('udevadm', 'settle', '--timeout=30')))) return [];
  const left: string[] = [];
  for (const container of [...array.members, ...array.spares]) {
    const guestDevice = memberDeviceOf(array.layout, container);
    const planMark = command('udevadm', 'info', '--query=property', '--property=SYSTEMD_READY', '--value', guestDevice);
    const marked = (await tryCommand(ctx, guest, planMark)).stdout.trim() === '0';
    if (marked && (await succeeds(command('btrfs', 'device', 'ready', guestDevice)))) left.push(guestDevice);
  }
  return left;
}
