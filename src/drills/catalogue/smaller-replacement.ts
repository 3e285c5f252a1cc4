import { parseFilesystemShow } from '../../core/btrfs/filesystem-show.ts';
import { defaultLayout } from '../../core/layout/layout.ts';
import type { ArrayPlan } from '../../core/plan/array.ts';
import type { Command } from '../../core/plan/command.ts';
import { planCreateContainer } from '../../core/plan/container.ts';
import { lookAt, planAddDevice, planRemoveMissing, planReplace, planResize } from '../../core/plan/repair.ts';
import { said } from '../../storage/type-command.ts';
import type { Drill, Step } from '../drill.ts';
import { buildArray, writePayload } from '../steps/build-steps.ts';
import { spareOf } from '../steps/disks-of.ts';
import { lostDevid, takeDiskOut } from '../steps/lose-disk-steps.ts';
import { typed } from '../steps/plan-line.ts';
import { softBalance, updateCrypttab } from '../steps/replace-steps.ts';
import { serveDegraded } from '../steps/degraded-steps.ts';
import { judgeTry, triedStep } from '../steps/tried-step.ts';
import type { TriedClaim } from '../steps/tried-step.ts';

/** By how much the spare is smaller: a disk of the same class from another maker often is, by a little. */
const smallerByMiB = 32;

/** How much less of the member must be used for the spare to replace it. */
const shrinkBy = `-${String(smallerByMiB)}M`;

function planReplaceBySmaller(array: ArrayPlan): Command {
  return planReplace(array, lostDevid, spareOf(array).mappingGuestDevice);
}

function isRefused(why: string): TriedClaim['holds'] {
  return (result) => result.exitCode !== 0 && said(result).includes(why);
}

const replaceRefused: TriedClaim = {
  name: 'replace-refused',
  claim: 'A replace by a smaller device is refused before it begins, and says why',
  // Source: btrfs-progs, cmds/replace.c.
  holds: isRefused('target device smaller than source device'),
};

const tryReplace: Step = {
  name: 'try-replace',
  title: 'Encrypt the spare; the replace is refused: it is too small',
  phase: 'repair',
  skippable: false,
  plan: (array) => typed(...planCreateContainer(spareOf(array), array.layout), planReplaceBySmaller(array)),
  run: async (run) => {
    for (const planned of planCreateContainer(spareOf(run.array), run.array.layout)) await run.type(planned);
    run.judge(judgeTry(replaceRefused, await run.try(planReplaceBySmaller(run.array))));
  },
};

const tryShrink = triedStep({
  name: 'try-shrink',
  title: 'Shrinking the missing member first is refused, too',
  phase: 'repair',
  skippable: true,
  tries: (array) => planResize(array, lostDevid, shrinkBy),
  check: {
    name: 'shrink-refused',
    claim: 'A member that is missing cannot be made smaller: what works with a disk that is there does not work now',
    holds: isRefused('Operation not permitted'),
  },
});

const addDevice: Step = {
  name: 'add-device',
  title: 'Add the smaller disk as a further member',
  phase: 'repair',
  skippable: false,
  plan: (array) => typed(planAddDevice(array, spareOf(array).mappingGuestDevice), lookAt(array).filesystemShow),
  run: async (run) => {
    const spare = spareOf(run.array);
    await run.type(planAddDevice(run.array, spare.mappingGuestDevice));
    const shown = await run.ask(lookAt(run.array).filesystemShow, parseFilesystemShow);
    const known = run.members.map(({ devid }) => devid);
    const added = shown.flatMap(({ devices }) => devices).find(({ devid }) => !known.includes(devid));
    // Accepted, but not there: that would be a finding, and the proof has it, because it counts the members.
    if (added !== undefined) run.addMember(added.devid, spare);
  },
};

const removeMissing: Step = {
  name: 'remove-missing',
  title: 'Remove the missing member: what it had a copy of gets another one',
  phase: 'repair',
  skippable: true,
  plan: (array) => typed(planRemoveMissing(array)),
  run: async (run) => {
    await run.type(planRemoveMissing(run.array));
    run.removeMember(lostDevid);
  },
};

/** A spare that is a little too small for the missing member. */
export const smallerReplacement: Drill = {
  name: 'smaller-replacement',
  promise: 'A missing disk can be replaced with a smaller one, by adding it and removing the missing one, and nothing is lost.',
  symptom: '`btrfs replace` says "target device smaller than source device".',
  story: [
    'A disk is dead, the spare has the same size on its label, and `btrfs replace` says "target device smaller than source device". It may be a few sectors: another maker, a partition that begins later, a LUKS2 header of 16 MiB where the old disk had a LUKS1 header of 2 MiB.',
    'If the old disk were still there, you could shrink it first: `btrfs filesystem resize 1:-32M`, then replace, then `resize 1:max`. This disk is missing: the same command announces the new size, and then says "Operation not permitted". The next idea, giving up redundancy until a larger disk arrives, is dangerous.',
    'There is a way, if the data fits: `btrfs device add` the smaller disk, then `btrfs device remove missing`. It takes longer than a replace, because it rewrites every extent that had a copy on the missing disk, and the new member gets a new devid.',
    'In between everything already looks good: the new disk is in the list, the array is mounted, writes get two copies again. But old data still has one copy, and the next boot waits for the missing disk.',
  ].join('\n\n'),
  wrongMoves: [
    "Don't stop after `device add`: new data gets two copies, old data keeps one, and the array still does not mount without `degraded`.",
    "Don't convert to `single` so that the missing disk can go: that gives up the redundancy you want to restore.",
    "Don't find out about a spare that is too small on the day you need it: compare `blockdev --getsize64` of the opened containers when you buy it.",
  ],
  sources: [
    'btrfs-replace(8): the target must not be smaller than the source',
    'btrfs-device(8), section TYPICAL USECASES, and `remove missing`',
    'btrfs-filesystem(8), resize',
  ],
  tags: ['missing', 'replace', 'size', 'balance'],
  layout: { ...defaultLayout, spareSizesBytes: defaultLayout.spareSizesBytes.map((sizeBytes) => sizeBytes - smallerByMiB * 1024 ** 2) },
  layouts: [],
  payloadBytes: 16 * 1024 ** 2,
  steps: [
    buildArray,
    writePayload,
    takeDiskOut,
    ...serveDegraded,
    tryReplace,
    tryShrink,
    addDevice,
    removeMissing,
    updateCrypttab,
    softBalance,
  ],
  proof: 'full',
  twin: {
    skipStep: 'remove-missing',
    breaks: ['profiles', 'without-DISK2', 'reboot'],
    because:
      'adding a disk gives new data a second copy; what the missing disk had a copy of keeps one, and the array still waits for it at the next boot.',
  },
};
