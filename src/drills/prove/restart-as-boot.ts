import { planOpenAsBoot } from '../../core/plan/array.ts';
import type { Step } from '../drill.ts';
import { act, typed } from '../steps/plan-line.ts';
import { restart } from '../steps/restart-step.ts';

/** Gives the step that restarts the machine, with its disks in their order or the other way round, and does what a boot does with the storage. */
export function restartAsBoot(isReordered: boolean): Step {
  return {
    ...restart,
    name: 'restart-as-boot',
    title: isReordered ? 'Restart, and find the disks in another order' : 'Restart, as a boot does it',
    plan: () => [
      act(`clean shutdown; power on again${isReordered ? ', the disks in their bays the other way round' : ''}`),
      ...typed(planOpenAsBoot),
    ],
    run: async (run) => {
      await run.shutdown();
      if (isReordered) run.reverseDisks();
      await run.boot();
      // What it cannot open or mount is what the person finds.
      await run.try(planOpenAsBoot);
    },
  };
}
