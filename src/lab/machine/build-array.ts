import { fitLayout } from '../../core/layout/fit-layout.ts';
import type { LabState } from '../../core/lab/lab-state.ts';
import { planArray, planCreateArray } from '../../core/plan/array.ts';
import { formatCommand } from '../../core/plan/command.ts';
import type { Context } from '../../machine/context.ts';
import { mkfsPartsOf } from '../../machine/image/tools/tools-for-kernel.ts';
import type { Machine } from '../../machine/machine.ts';
import type { BootedParts } from '../../machine/template/booted-template.ts';
import { typeCommand } from '../../storage/type-command.ts';

/** Types the commands that build the array of a layout, as this kernel and these tools can, and reports each. Rejects as `typeCommand` does. */
export async function buildArray(
  ctx: Context,
  machine: Machine,
  parts: BootedParts,
  { layout, luksUuids }: Pick<LabState, 'layout' | 'luksUuids'>,
): Promise<void> {
  for (const planned of planCreateArray(planArray(fitLayout(layout, mkfsPartsOf(parts)), luksUuids))) {
    ctx.emit({ type: 'command-typed', machine: machine.name, argv: planned.argv, command: formatCommand(planned) });
    await typeCommand(ctx, machine.guest, planned);
  }
}
