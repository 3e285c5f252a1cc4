import { RaidlabError } from '../../core/failure/failure.ts';
import { guestDeviceOf } from '../../core/plan/container.ts';
import type { Context } from '../context.ts';
import type { Guest } from '../guest.ts';
import type { DiskSpec } from '../machine.ts';

/**
 * Waits until inserted disks, and then their partitions, have their names in the guest, from its udev; rejects with
 * `guest/command-failed` after a minute on a host of usual speed.
 */
export async function waitForDiskNames(ctx: Context, guest: Guest, disks: readonly Pick<DiskSpec, 'serial' | 'bus'>[]): Promise<void> {
  if (disks.length === 0) return;
  // A guest that was paused during the insertion has missed the event twice (on a busy host): it is told to look.
  if (disks.some(({ bus = 'scsi' }) => bus !== 'scsi')) await guest.run(ctx, ['tee', '/sys/bus/pci/rescan'], { input: '1\n' });
  const names = disks.map(({ serial, bus }) => guestDeviceOf(serial, bus));
  const argv = ['udevadm', 'wait', '--settle', timeoutWord(ctx), ...names];
  const { exitCode, stderr } = await guest.run(ctx, argv);
  if (exitCode === 0) return;
  const { stdout } = await guest.run(ctx, ['find', '/dev/disk/by-id', '-type', 'l']);
  const there = stdout.split('\n');
  const said = [stderr.trim(), ...names.filter((name) => !there.includes(name)).map((name) => `there is no ${name}`)].join('\n');
  throw new RaidlabError({ area: 'guest', reason: 'command-failed', machine: guest.machine, argv, exitCode, said });
}

/**
 * Waits until pulled disks have lost their names; tells whether that happened in time. QEMU reports a disk as gone before udev has
 * removed its name: a new disk of that name would be considered present too early.
 */
export async function waitForDiskNamesGone(
  ctx: Context,
  guest: Guest,
  disks: readonly Pick<DiskSpec, 'serial' | 'bus'>[],
): Promise<boolean> {
  if (disks.length === 0) return true;
  const names = disks.map(({ serial, bus }) => guestDeviceOf(serial, bus));
  return (await guest.run(ctx, ['udevadm', 'wait', '--removed', timeoutWord(ctx), ...names])).exitCode === 0;
}

function timeoutWord(ctx: Context): string {
  return `--timeout=${String(Math.ceil(60 * ctx.timeFactor.value()))}`;
}
