import type { ArrayPlan } from '../../core/plan/array.ts';
import type { Command } from '../../core/plan/command.ts';
import type { PlanLine } from '../../core/plan/drill-plan.ts';
import type { Step } from '../drill.ts';

/** Gives the plan lines of commands that are typed in the guest. */
export function typed(...commands: readonly Command[]): readonly PlanLine[] {
  return commands.map((command) => ({ kind: 'command', command }));
}

/** Gives the plan line of an act of the host, or of an administrator's hand: pulling a disk, cutting the power. */
export function act(text: string): PlanLine {
  return { kind: 'act', text };
}

/** Gives a step that only types its commands, one after the other. */
export function typedStep({
  commands,
  ...step
}: Omit<Step, 'plan' | 'run'> & { readonly commands: (array: ArrayPlan) => readonly Command[] }): Step {
  return {
    ...step,
    plan: (array) => typed(...commands(array)),
    run: async (run) => {
      for (const planned of commands(run.array)) await run.type(planned);
    },
  };
}
