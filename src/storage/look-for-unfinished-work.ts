import { unfinishedReencryption, unfinishedWork } from '../core/array/unfinished-work.ts';
import type { Member } from '../core/array/member.ts';
import { parseLuksRequirements } from '../core/cryptsetup/luks-requirements.ts';
import type { ArrayPlan } from '../core/plan/array.ts';
import { planDumpRequirements } from '../core/plan/container.ts';
import type { Context } from '../machine/context.ts';
import type { Guest } from '../machine/guest.ts';
import { lookAtWork } from './look-at-array.ts';
import { readOutput, tryCommand } from './type-command.ts';

/** Gives what was begun on a mounted array and is not over, a sentence each. */
export async function lookForUnfinishedWork(
  ctx: Context,
  guest: Guest,
  { layout }: ArrayPlan,
  members: readonly Member[],
): Promise<readonly string[]> {
  const found = [...unfinishedWork(await lookAtWork(ctx, guest))];
  // A LUKS1 header says nothing of it: such a container does not open while it is being reencrypted.
  if (layout.encryption !== 'luks2') return found;
  for (const { container } of members) {
    const result = await tryCommand(ctx, guest, planDumpRequirements(container));
    // A member whose disk is gone has no header to be read; that it is gone is reported elsewhere.
    if (result.exitCode === 0) found.push(...unfinishedReencryption(container.serial, readOutput(guest, result, parseLuksRequirements)));
  }
  return found;
}
