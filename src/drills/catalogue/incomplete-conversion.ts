import { isMissing, parseFilesystemShow } from '../../core/btrfs/filesystem-show.ts';
import { parseFilesystemUsage } from '../../core/btrfs/filesystem-usage.ts';
import { chunksOutsideProfile } from '../../core/btrfs/profile-judgement.ts';
import { parseScrubStart } from '../../core/btrfs/scrub-start.ts';
import { isCleanScrub } from '../../core/btrfs/scrub-report.ts';
import { defaultLayout, equalSizes } from '../../core/layout/layout.ts';
import type { ArrayPlan } from '../../core/plan/array.ts';
import type { Command } from '../../core/plan/command.ts';
import { planAddToCrypttab, planCreateContainer, planRemoveFromCrypttab } from '../../core/plan/container.ts';
import {
  lookAt,
  planAddDevice,
  planConvertData,
  planConvertToOneDevice,
  planRemoveMissing,
  planScrub,
  planSoftBalance,
} from '../../core/plan/repair.ts';
import { describeChunks } from '../../core/proof/judge-profiles.ts';
import { readOutput } from '../../storage/type-command.ts';
import type { Drill, Step } from '../drill.ts';
import { buildArray, writePayload } from '../steps/build-steps.ts';
import { memberOf, spareOf } from '../steps/disks-of.ts';
import { lostDevid, takeDiskOut } from '../steps/lose-disk-steps.ts';
import { act, typed, typedStep } from '../steps/plan-line.ts';
import { serveDegraded } from '../steps/degraded-steps.ts';

const diskBytes = 2 * 1024 ** 3;

const liveOnOne: Step = {
  name: 'live-on-one',
  title: 'Make it an array of one disk, until there is a new one',
  phase: 'repair',
  skippable: false,
  plan: (array) => [act('stop what writes to the array'), ...typed(...planLiveOnOne(array))],
  run: async (run) => {
    // With a writer that calls fsync some of these conversions end in ENOSPC, on 6.12 and 7.3. Measured: docs/measurements.md.
    await run.stopJournal();
    for (const planned of planLiveOnOne(run.array)) await run.type(planned);
    run.removeMember(lostDevid);
  },
};

function planLiveOnOne(array: ArrayPlan): readonly Command[] {
  return [planConvertToOneDevice(array), planRemoveMissing(array), planRemoveFromCrypttab(memberOf(array, lostDevid))];
}

const addDisk: Step = {
  name: 'add-disk',
  title: 'Encrypt the new disk, record it in crypttab, add it',
  phase: 'repair',
  skippable: false,
  plan: (array) => typed(...planAdd(array)),
  run: async (run) => {
    for (const planned of planAdd(run.array)) await run.type(planned);
    // btrfs gives a new device the number after the highest. Source: find_next_devid() in fs/btrfs/volumes.c.
    run.addMember(Math.max(...run.members.map(({ devid }) => devid)) + 1, spareOf(run.array));
  },
};

function planAdd(array: ArrayPlan): readonly Command[] {
  const spare = spareOf(array);
  return [...planCreateContainer(spare, array.layout), planAddToCrypttab(spare), planAddDevice(array, spare.mappingGuestDevice)];
}

const convertHalf = typedStep({
  name: 'convert-data-only',
  title: 'Convert back, and forget that metadata has a profile of its own',
  phase: 'fault',
  skippable: false,
  commands: (array) => [planConvertData(array, array.layout.profile)],
});

const audit: Step = {
  name: 'audit',
  title: 'Look at it as an administrator would',
  phase: 'repair',
  skippable: false,
  plan: (array) => typed(lookAt(array).filesystemShow, planScrub(array), lookAt(array).filesystemUsage),
  run: async (run) => {
    await run.look(lookAt(run.array).filesystemShow, (result) =>
      readOutput(run.guest, result, parseFilesystemShow).some(isMissing)
        ? 'A device is missing.'
        : 'Two devices, none of them missing: it looks well.',
    );
    await run.look(planScrub(run.array), (result) =>
      isCleanScrub(readOutput(run.guest, result, parseScrubStart).report)
        ? 'No error: what has one copy only has a good one.'
        : 'The scrub finds errors.',
    );
    const usage = await run.ask(lookAt(run.array).filesystemUsage, parseFilesystemUsage);
    const outside = chunksOutsideProfile(usage, run.array.layout);
    run.judge({
      name: 'incomplete-conversion-found',
      claim: 'The incomplete conversion is found by the profiles in filesystem usage',
      outcome: outside.length > 0 ? 'held' : 'broken',
      evidence: [
        ...usage.blockGroups.map(describeChunks),
        `Multiple profiles: ${usage.overall.multipleProfiles.length === 0 ? 'no' : usage.overall.multipleProfiles.join(', ')}`,
      ],
    });
  },
};

const finishConversion = typedStep({
  name: 'finish-conversion',
  title: 'Convert what is left, and only that',
  phase: 'repair',
  skippable: true,
  commands: (array) => [planSoftBalance(array)],
});

/** The seed's second caveat: an unfinished conversion, found and fixed. */
export const incompleteConversion: Drill = {
  name: 'incomplete-conversion',
  promise: 'An unfinished conversion is found in filesystem usage, and finished with a soft balance.',
  symptom: 'The array was converted back to raid1, but `btrfs filesystem usage` still shows dup or single.',
  story: [
    'A disk of a mirror is dead, and a new one will take a week. The administrator makes it an array of one disk: data `single`, metadata `dup`, the missing device removed. It mounts without `degraded`, and the week passes.',
    'The new disk comes, is added, and the array is converted back: `btrfs balance start -dconvert=raid1`. It works for hours and says that it is done. There are two devices, none is missing, the scrub is clean.',
    'But metadata has a profile of its own, and nobody has converted it: both its copies are on the old disk. When that one dies, the data is there twice and cannot be found.',
    'Only `btrfs filesystem usage` shows it, in the profiles. "Multiple profiles: no" is not enough to go by: it says that every type has one profile, and not that it is the right one.',
  ].join('\n\n'),
  wrongMoves: [
    "Don't convert with `-dconvert` alone: metadata and system chunks stay as they are.",
    'Don\'t look for "Multiple profiles" only: data all raid1 and metadata all dup is one profile each.',
    "Don't trust the scrub: it checks what exists, and metadata with both copies on one disk exists.",
    "Don't convert everything again without `soft`: that is hours of copying what already has the profile.",
    'Don\'t convert a degraded array while it is written: some of these balances abort their first transaction, "No space left on device" with half of the disk free, and leave the array read-only.',
  ],
  sources: [
    'btrfs wiki, Gotchas: incomplete chunk conversion',
    'btrfs-balance(8), FILTERS: convert, soft',
    'measured: conversions of a degraded array to one disk, kernels 6.12 and 7.3: with a writer that calls fsync 7 of 90 end in ENOSPC, without one none of 76',
  ],
  tags: ['balance', 'missing'],
  // Larger than in most drills: on disks of 1 GiB the last step had no room on kernel 6.1 while the array was written to.
  layout: { ...defaultLayout, memberSizesBytes: equalSizes(2, diskBytes), spareSizesBytes: equalSizes(1, diskBytes) },
  layouts: ['raid1'],
  payloadBytes: 16 * 1024 ** 2,
  steps: [buildArray, writePayload, takeDiskOut, ...serveDegraded, liveOnOne, addDisk, convertHalf, audit, finishConversion],
  proof: 'full',
  twin: {
    skipStep: 'finish-conversion',
    breaks: ['profiles', 'leg-alone-*'],
    because: 'metadata that was not converted has both its copies on the old disk: without it nothing can be found on the new one.',
  },
};
