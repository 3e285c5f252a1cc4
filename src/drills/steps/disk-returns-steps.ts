import { planOpenAsBoot } from '../../core/plan/array.ts';
import type { Step } from '../drill.ts';
import { memberOf } from './disks-of.ts';
import { lostDevid } from './lose-disk-steps.ts';
import { act, typed } from './plan-line.ts';

/** The first member's disk is back after a restart, as it was when it went. */
export const diskReturns: Step = {
  name: 'disk-returns',
  title: 'Restart, and the disk that was away is back',
  phase: 'fault',
  skippable: false,
  plan: (array) => [act(`orderly shutdown; ${memberOf(array, lostDevid).serial} is in the machine again; power on`)],
  run: async (run) => {
    await run.shutdown();
    await run.insertDisk(memberOf(run.array, lostDevid).serial);
    await run.boot();
  },
};

/** What a boot does: opens what crypttab lists, and mounts what fstab lists. */
export const startStorage: Step = {
  name: 'start-storage',
  title: 'Open and mount what crypttab and fstab say, as a boot does',
  phase: 'repair',
  skippable: false,
  plan: () => typed(planOpenAsBoot),
  run: async (run) => {
    await run.type(planOpenAsBoot);
  },
};
