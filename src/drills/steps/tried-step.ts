import type { ArrayPlan } from '../../core/plan/array.ts';
import type { Command } from '../../core/plan/command.ts';
import type { Check } from '../../core/verdict/verdict.ts';
import type { CommandResult } from '../../machine/guest.ts';
import { describeRefusal } from '../../storage/type-command.ts';
import type { Step } from '../drill.ts';
import { typed } from './plan-line.ts';

/** What judges a command that may be refused. */
export interface TriedClaim extends Pick<Check, 'name' | 'claim'> {
  readonly holds: (result: CommandResult) => boolean;
}

/** Judges a command by its result; if it was refused, its output is evidence. */
export function judgeTry({ name, claim, holds }: TriedClaim, result: CommandResult): Check {
  return { name, claim, outcome: holds(result) ? 'held' : 'broken', evidence: describeRefusal(result) };
}

/** Gives a step that tries one command, and judges the result. */
export function triedStep({
  tries,
  check,
  ...step
}: Omit<Step, 'plan' | 'run'> & { readonly tries: (array: ArrayPlan) => Command; readonly check: TriedClaim }): Step {
  return {
    ...step,
    plan: (array) => typed(tries(array)),
    run: async (run) => {
      run.judge(judgeTry(check, await run.try(tries(run.array))));
    },
  };
}
