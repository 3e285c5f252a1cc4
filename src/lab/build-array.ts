import type { LabState } from '../core/lab/lab-state.ts';
import { planArray, planCreateArray } from '../core/plan/array.ts';
import { formatCommand } from '../core/plan/command.ts';
import type { Context } from '../machine/context.ts';
import type { Machine } from '../machine/machine.ts';
import { typeCommand } from '../storage/type-command.ts';

/** Types what builds the array of a layout, and tells each command. Rejects as `typeCommand` does. */
export async function buildArray(
  ctx: Context,
  machine: Machine,
  { layout, luksUuids }: Pick<LabState, 'layout' | 'luksUuids'>,
): Promise<void> {
  for (const planned of planCreateArray(planArray(layout, luksUuids))) {
    ctx.emit({ type: 'command-typed', machine: machine.name, argv: planned.argv, command: formatCommand(planned) });
    await typeCommand(ctx, machine.guest, planned);
  }
}
