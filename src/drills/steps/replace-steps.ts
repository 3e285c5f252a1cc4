import { parseFilesystemUsage } from '../../core/btrfs/filesystem-usage.ts';
import { chunksOutsideProfile } from '../../core/btrfs/profile-judgement.ts';
import { planAddToCrypttab, planCreateContainer, planRemoveFromCrypttab } from '../../core/plan/container.ts';
import { lookAt, planReplace, planSoftBalance } from '../../core/plan/repair.ts';
import type { ArrayPlan } from '../../core/plan/array.ts';
import type { ReplaceOptions } from '../../core/plan/repair.ts';
import { describeProfiles } from '../../core/layout/profile.ts';
import { describeChunks } from '../../core/proof/judge-profiles.ts';
import { readOutput } from '../../storage/type-command.ts';
import type { Step } from '../drill.ts';
import type { DrillRun } from '../drill-run.ts';
import { lostDevidOf, lostMemberOf, spareOf } from './disks-of.ts';
import { typed, typedStep } from './plan-line.ts';
import { typeReplace } from './type-replace.ts';

/** Encrypts the spare and replaces the lost member by it. */
export const replaceDisk: Step = replaceBySpare('Encrypt the spare, replace the missing disk with it', lostDevidOf);

/** The same for a member that is there, or seems to be: it is only read where no other one has a good copy. */
export const replacePresentDisk: Step = replaceFailing(lostDevidOf);

/** Gives the step that encrypts the spare and replaces a member that is there, or seems to be, without reading it where another has a good copy. */
export function replaceFailingDisk(devid: number): Step {
  return replaceFailing(() => devid);
}

function replaceFailing(devidOf: DevidOf): Step {
  return replaceBySpare('Encrypt the spare, replace the failing disk with it, without reading it', devidOf, { avoidSource: true });
}

type DevidOf = (array: ArrayPlan) => number;

function replaceBySpare(title: string, devidOf: DevidOf, options: ReplaceOptions = {}): Step {
  return {
    name: 'replace',
    title,
    phase: 'repair',
    skippable: true,
    plan: (array) =>
      typed(
        ...planCreateContainer(spareOf(array), array.layout),
        planReplace(array, devidOf(array), spareOf(array).mappingGuestDevice, options),
      ),
    run: async (run) => {
      const spare = spareOf(run.array);
      for (const planned of planCreateContainer(spare, run.array.layout)) await run.type(planned);
      await typeReplace(run, devidOf(run.array), spare, options);
    },
  };
}

/** Puts the spare into crypttab in the lost member's place. */
export const updateCrypttab = typedStep({
  name: 'update-crypttab',
  title: 'Add the new disk to crypttab, remove the dead one',
  phase: 'repair',
  skippable: true,
  commands: (array) => [planRemoveFromCrypttab(lostMemberOf(array)), planAddToCrypttab(spareOf(array))],
});

/** Converts chunks without their profile. */
export const softBalance: Step = {
  name: 'soft-balance',
  title: 'Convert what was written without redundancy (the step most people forget)',
  phase: 'repair',
  skippable: true,
  plan: (array) => typed(lookAt(array).filesystemUsage, planSoftBalance(array)),
  run: async (run) => {
    await lookAtProfiles(run);
    await run.type(planSoftBalance(run.array));
  },
};

/** What makes an array whole again after the loss of a member. */
export const replaceAndConvert = [replaceDisk, updateCrypttab, softBalance] as const;

/** The audit before the balance: what the replace left with a single copy. */
async function lookAtProfiles(run: DrillRun): Promise<void> {
  await run.look(lookAt(run.array).filesystemUsage, (result) => {
    const outside = chunksOutsideProfile(readOutput(run.guest, result, parseFilesystemUsage), run.array.layout);
    return outside.length === 0
      ? `Every chunk is ${describeProfiles(run.array.layout)}: here the balance has nothing to do.`
      : `The replace went well, and this has one copy only: ${outside.map(describeChunks).join('; ')}.`;
  });
}
