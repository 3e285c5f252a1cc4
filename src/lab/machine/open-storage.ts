import { planOpenAsBoot } from '../../core/plan/array.ts';
import type { Context } from '../../machine/context.ts';
import type { Machine } from '../../machine/machine.ts';
import { said, tryCommand } from '../../storage/type-command.ts';

/** Runs a boot's storage commands. What does not come up is left to the person: that is what a lab is for. */
export async function openStorage(ctx: Context, machine: Machine): Promise<void> {
  const result = await tryCommand(ctx, machine.guest, planOpenAsBoot);
  if (result.exitCode === 0) return;
  ctx.emit({
    type: 'remark-made',
    text: `The storage did not come up as in crypttab and fstab: ${said(result).split('\n').at(-1) ?? ''}`,
  });
}
