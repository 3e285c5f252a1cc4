import type { Command } from '../../core/plan/command.ts';
import type { PlanLine } from '../../core/plan/drill-plan.ts';

/** Gives the plan lines of commands that are typed in the guest. */
export function typed(...commands: readonly Command[]): readonly PlanLine[] {
  return commands.map((command) => ({ kind: 'command', command }));
}

/** Gives the plan line of something the host does or an administrator's hand would: pull a disk, cut the power. */
export function act(text: string): PlanLine {
  return { kind: 'act', text };
}
