import { RaidlabError } from '../core/failure.ts';
import { guestDeviceOf } from '../core/plan/container.ts';
import type { Context } from './context.ts';
import type { Guest } from './guest.ts';

/** Waits until disks that were plugged in have their names in the guest, from its udev; rejects with `guest/command-failed` after a minute. */
export async function waitForDiskNames(ctx: Context, guest: Guest, serials: readonly string[]): Promise<void> {
  if (serials.length === 0) return;
  const argv = ['udevadm', 'wait', '--timeout=60', ...serials.map(guestDeviceOf)];
  const { exitCode, stderr } = await guest.run(ctx, argv);
  if (exitCode === 0) return;
  throw new RaidlabError({ area: 'guest', reason: 'command-failed', machine: guest.machine, argv, exitCode, said: stderr.trim() });
}
