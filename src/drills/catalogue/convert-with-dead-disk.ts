import { defaultLayout } from '../../core/layout/layout.ts';
import { planMountArray, planUnmount } from '../../core/plan/array.ts';
import type { ArrayPlan } from '../../core/plan/array.ts';
import { command } from '../../core/plan/command.ts';
import type { Command } from '../../core/plan/command.ts';
import { lookAt, planCancelBalance, planConvertToOneDevice } from '../../core/plan/repair.ts';
import type { Drill, Step } from '../drill.ts';
import { buildArray, startWriter, writePayload } from '../steps/build-steps.ts';
import { memberOf } from '../steps/disks-of.ts';
import { lostDevid, pullDisk } from '../steps/lose-disk-steps.ts';
import { act, typed } from '../steps/plan-line.ts';
import { replaceAndConvert } from '../steps/replace-steps.ts';

const convertToSingle: Step = {
  name: 'convert-to-single',
  title: 'The wrong move: convert to single while the dead disk is still listed',
  phase: 'fault',
  skippable: false,
  plan: (array) => [act('stop what writes to the array'), ...typed(planConvertToOneDevice(array), lookAt(array).mountPoint)],
  run: async (run) => {
    await run.stopJournal();
    await run.look(planConvertToOneDevice(run.array), (result) =>
      result.exitCode === 0
        ? 'It went through: some of the new chunks may lie on the dead disk only.'
        : 'To btrfs the dead disk is a device like the others, and new chunks are put on it too.',
    );
    await run.look(lookAt(run.array).mountPoint, (result) =>
      /\bro\b/u.test(result.stdout) ? 'The filesystem has stopped itself: read-only.' : 'It is still mounted read-write.',
    );
  },
};

const dropDeadDisk: Step = {
  name: 'drop-dead-disk',
  title: 'Unmount, and close the mapping of the dead disk',
  phase: 'repair',
  skippable: false,
  plan: (array) => typed(...planDrop(array)),
  run: async (run) => {
    for (const planned of planDrop(run.array)) await run.type(planned);
    run.forgiveKernelLog('the conversion on a dead disk stops the filesystem, which is what the wrong move comes to');
  },
};

function planDrop(array: ArrayPlan): readonly Command[] {
  return [planUnmount(array), command('cryptsetup', 'close', memberOf(array, lostDevid).mappingName)];
}

const mountWithoutBalance: Step = {
  name: 'mount-degraded',
  title: 'Mount degraded, without going on with the conversion',
  phase: 'repair',
  skippable: false,
  plan: (array) => typed(planMountWithoutBalance(array), planCancelBalance(array)),
  run: async (run) => {
    await run.type(planMountWithoutBalance(run.array));
    await run.look(planCancelBalance(run.array), (result) =>
      result.exitCode === 0
        ? 'The conversion is still on record, and is given up: a mount without skip_balance would have gone on with it.'
        : 'There is no conversion on record: it did not come to be written down.',
    );
  },
};

function planMountWithoutBalance(array: ArrayPlan): Command {
  return planMountArray(array, memberOf(array, lostDevid + 1).mappingGuestDevice, 'degraded', 'skip_balance');
}

/** The wrong move: converting to single while btrfs still lists a dead disk. */
export const convertWithDeadDisk: Drill = {
  name: 'convert-with-dead-disk',
  promise: 'A conversion to single while a dead disk is still listed loses nothing, and the redundant array can be restored.',
  symptom: 'The array went read-only during a conversion to single, with a dead disk still listed.',
  story: [
    'A disk has died in the running machine, and there is no spare. An administrator remembers that raid1 on one disk is not raid1, and converts the array to what is left: `btrfs balance start -f -dconvert=single -mconvert=dup`. Forums recommend it.',
    'But as long as the machine runs, btrfs does not know that the disk is dead. It is listed like the others, it has the most free space, and so the new chunks are put on it. The first writes of metadata fail on both copies, which lie on the same dead disk, and the filesystem stops itself: read-only, in the middle of a conversion.',
    'That is not the end. The old data is still there, on the living disk. First remove the dead one: unmount, close its mapping. Then btrfs sees that it is missing, and a degraded mount brings everything back. It would also continue the conversion at once, so mount with `skip_balance`.',
    'Then do what should have been done in the first place: replace, and a balance that repairs what the conversion left.',
  ].join('\n\n'),
  wrongMoves: [
    "Don't convert to single or dup while a dead disk is listed: the new chunks may go to it. btrfs-progs 6.17 and newer warn and wait first.",
    "Don't mount degraded without `skip_balance`: the conversion continues where it was.",
    'Don\'t take "forced readonly" for the end of the filesystem and run `btrfs check --repair`: it stopped to avoid damage.',
  ],
  sources: [
    'btrfs-balance(8), FILTERS and convert',
    'btrfs(5), mount option skip_balance',
    'btrfs-progs 6.17 warns and waits: btrfs-balance(8)',
  ],
  tags: ['wrong-move', 'balance', 'pull', 'replace'],
  layout: defaultLayout,
  layouts: ['raid1', 'raid1-unequal', 'raid1c3', 'raid10'],
  payloadBytes: 16 * 1024 ** 2,
  steps: [buildArray, writePayload, startWriter, pullDisk, convertToSingle, dropDeadDisk, mountWithoutBalance, ...replaceAndConvert],
  proof: 'full',
  twin: {
    skipStep: 'soft-balance',
    breaks: ['profiles'],
    because: 'the replace gives the array its disk back, and not its profile: what has a single copy keeps it.',
  },
};
