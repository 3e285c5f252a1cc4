import type { ArrayPlan } from '../core/plan/array.ts';
import type { PlannedStep } from '../core/plan/drill-plan.ts';
import type { Drill, Step } from './drill.ts';

/** Gives the repair of a drill as it would be typed on the given array: what follows the last fault, without what is only for the proof. */
export function planProcedure(drill: Drill, array: ArrayPlan): readonly PlannedStep[] {
  return repairSteps(drill).map((step) => planStep(step, array));
}

/** Gives what is typed before anything fails, on the given array; often nothing. */
export function planBeforehand(drill: Drill, array: ArrayPlan): readonly PlannedStep[] {
  return stepsBeforehand(drill).map((step) => planStep(step, array));
}

/** Gives the names of all these steps. */
export function stepsOfProcedure(drill: Drill): ReadonlySet<string> {
  return new Set([...stepsBeforehand(drill), ...repairSteps(drill)].map(({ name }) => name));
}

function planStep({ name, title, plan }: Step, array: ArrayPlan): PlannedStep {
  return { name, title, skipped: false, lines: plan(array) };
}

function stepsBeforehand({ steps }: Drill): readonly Step[] {
  return steps.filter(({ isBeforehand }) => isBeforehand === true);
}

function repairSteps({ steps }: Drill): readonly Step[] {
  const begin = steps.findLastIndex(({ phase }) => phase === 'fault') + 1;
  return steps.slice(begin).filter(({ phase, isForProof }) => phase === 'repair' && isForProof !== true);
}
