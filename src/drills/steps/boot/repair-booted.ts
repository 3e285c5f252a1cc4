import { command } from '../../../core/plan/command.ts';
import { memberDeviceOf } from '../../../core/plan/container.ts';
import type { Step } from '../../drill.ts';
import { degradedTree, planExtractTree, writeTree } from '../build-steps.ts';
import { mountDegraded } from '../degraded-steps.ts';
import { survivorsOf } from '../disks-of.ts';
import { typed, typedStep } from '../plan-line.ts';
import { replaceAndConvert } from '../replace-steps.ts';

/** Waits for the containers of the remaining members. The login waits for no disk with `nofail`, not even for those that are there. */
export const waitForSurvivors = typedStep({
  name: 'wait-for-disks',
  title: 'Wait until the remaining disks are open: the login does not wait for them',
  phase: 'repair',
  skippable: false,
  commands: (array) => [
    {
      argv: ['udevadm', 'wait', '--timeout=120', ...survivorsOf(array).map((member) => memberDeviceOf(array.layout, member))],
      timeoutMs: 150_000,
    },
  ],
});

const writeMore: Step = {
  name: 'write-degraded',
  title: 'Write more while degraded',
  phase: 'repair',
  skippable: true,
  isForProof: true,
  plan: (array) => typed(planExtractTree(array, degradedTree), command('sync')),
  run: async (run) => writeTree(run, degradedTree),
};

/** The whole repair on a machine whose boot has opened the remaining members: the lost one is replaced, crypttab and profiles are put right. */
export const repairBooted = [waitForSurvivors, mountDegraded, writeMore, ...replaceAndConvert] as const;
