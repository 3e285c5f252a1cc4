import { planOpenAsBoot } from '../../core/plan/array.ts';
import type { Step } from '../drill.ts';
import { memberOf } from './disks-of.ts';
import { lostDevid } from './lose-disk-steps.ts';
import { act, typedStep } from './plan-line.ts';
import { softBalance } from './replace-steps.ts';
import { resetStats } from './reset-stats-step.ts';
import { scrubToMend } from './scrub-step.ts';

/** The first member's disk is back after a restart, as it was when it went. */
export const diskReturns: Step = {
  name: 'disk-returns',
  title: 'Restart, and the disk that was away is back',
  phase: 'fault',
  skippable: false,
  plan: (array) => [act(`clean shutdown; ${memberOf(array, lostDevid).serial} is in the machine again; power on`)],
  run: async (run) => {
    await run.shutdown();
    await run.insertDisk(memberOf(run.array, lostDevid).serial);
    await run.boot();
  },
};

/** What a boot does: opens what crypttab lists, and mounts what fstab lists. */
export const startStorage = typedStep({
  name: 'start-storage',
  title: 'Open and mount what crypttab and fstab say, as a boot does',
  phase: 'repair',
  skippable: false,
  commands: () => [planOpenAsBoot],
});

/** What brings a member up to date that missed writes. */
export const mendStaleMember = [scrubToMend, softBalance, resetStats] as const;
