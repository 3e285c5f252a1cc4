import { unfinishedReencryption, unfinishedWork } from '../core/array/unfinished-work.ts';
import type { Member } from '../core/array/member.ts';
import { parseLuksRequirements } from '../core/cryptsetup/luks-requirements.ts';
import type { ArrayPlan } from '../core/plan/array.ts';
import { planDumpRequirements } from '../core/plan/container.ts';
import type { Context } from '../machine/context.ts';
import type { Guest } from '../machine/guest.ts';
import { lookAtWork } from './look-at-array.ts';
import { readOutput, tryCommand } from './type-command.ts';

/** Gives the unfinished work on a mounted array, one sentence each. */
export async function lookForUnfinishedWork(
  ctx: Context,
  guest: Guest,
  array: ArrayPlan,
  members: readonly Member[],
): Promise<readonly string[]> {
  const found = [...unfinishedWork(await lookAtWork(ctx, guest, array))];
  // A LUKS1 header does not show it: such a container cannot be opened while it is being reencrypted.
  if (array.layout.encryption !== 'luks2') return found;
  for (const { container } of members) {
    const result = await tryCommand(ctx, guest, planDumpRequirements(container));
    // A member without a disk has no readable header; the missing disk is reported elsewhere.
    if (result.exitCode === 0) found.push(...unfinishedReencryption(container.serial, readOutput(guest, result, parseLuksRequirements)));
  }
  return found;
}
