import { defaultLayout, equalSizes } from '../../core/layout/layout.ts';
import { namedLayouts } from '../../core/layout/named-layout.ts';
import type { ArrayPlan } from '../../core/plan/array.ts';
import type { Command } from '../../core/plan/command.ts';
import { planAddToCrypttab, planCreateContainer, planRemoveFromCrypttab } from '../../core/plan/container.ts';
import { planReplace } from '../../core/plan/repair.ts';
import type { Drill, Step } from '../drill.ts';
import { buildArray, writePayload } from '../steps/build-steps.ts';
import { writeDegraded } from '../steps/degraded-steps.ts';
import { memberOf, spareOf } from '../steps/disks-of.ts';
import { recordsAtWork } from '../steps/live-writer.ts';
import { act, typed, typedStep } from '../steps/plan-line.ts';
import { softBalance } from '../steps/replace-steps.ts';
import { resetStats } from '../steps/reset-stats-step.ts';
import { firstLostDevid, loseFirst, mountWithoutFirst, secondLostDevid } from '../steps/second-loss-steps.ts';
import { needsSlowReplace, planSlowReplace, startSlowReplace } from '../steps/slow-replace.ts';
import { finishReplace, typeReplace } from '../steps/type-replace.ts';

/** A chunk takes up to a tenth of the array, so on smaller disks a replace may lack room for one (measured); that concerns tiny arrays, not a second disk. */
const diskBytes = 4 * 1024 ** 3;

const loseSecond: Step = {
  name: 'lose-second',
  title: 'Replace the missing disk; a second one fails in the middle of it',
  phase: 'repair',
  skippable: false,
  plan: (array) => [
    ...typed(...planCreateContainer(spareOf(array), array.layout), ...planSlowReplace(array, firstLostDevid(array), spareOf(array))),
    act(
      `the replace is under way, slowed down; pull ${memberOf(array, secondLostDevid(array)).serial}; the replace may go on at its own speed`,
    ),
  ],
  run: async (run) => {
    for (const planned of planCreateContainer(spareOf(run.array), run.array.layout)) await run.type(planned);
    const { process, hurry } = await startSlowReplace(run, firstLostDevid(run.array), spareOf(run.array));
    await run.pullDisk(memberOf(run.array, secondLostDevid(run.array)).serial);
    await run.waitForJournal(recordsAtWork);
    await hurry();
    await finishReplace(run, process, firstLostDevid(run.array), spareOf(run.array));
  },
};

const replaceSecond: Step = {
  name: 'replace-second',
  title: 'Replace the second disk as well, without reading it',
  phase: 'repair',
  skippable: true,
  plan: (array) =>
    typed(
      ...planCreateContainer(spareOf(array, 2), array.layout),
      planReplace(array, secondLostDevid(array), spareOf(array, 2).mappingGuestDevice, { avoidSource: true }),
    ),
  run: async (run) => {
    const spare = spareOf(run.array, 2);
    for (const planned of planCreateContainer(spare, run.array.layout)) await run.type(planned);
    await typeReplace(run, secondLostDevid(run.array), spare, { avoidSource: true });
  },
};

const recordBoth = typedStep({
  name: 'update-crypttab',
  title: 'Record both new disks in crypttab, take the dead ones out',
  phase: 'repair',
  skippable: true,
  commands: planRecordBoth,
});

function planRecordBoth(array: ArrayPlan): readonly Command[] {
  return [firstLostDevid(array), secondLostDevid(array)].flatMap((devid, index) => [
    planRemoveFromCrypttab(memberOf(array, devid)),
    planAddToCrypttab(spareOf(array, index + 1)),
  ]);
}

/** A second disk fails during the replace of the first: three copies survive it. */
export const secondDiskFails: Drill = {
  name: 'second-disk-fails',
  promise: 'With three copies of everything a second disk may fail while the first is replaced: nothing is lost, and both can be replaced.',
  symptom: 'A second disk fails while the first is being replaced. The array is raid1c3.',
  story: [
    'A dead disk is being replaced. The other disks, which are as old, have never worked as hard as in these hours, because everything is read. In the middle of it a second one fails.',
    'With two copies that is the end of the array: the failed disk had the only copy of everything not yet rebuilt. With raid1c3 there is a third copy. The replace continues, applications notice nothing, and, as with every disk that dies under dm-crypt, only the error counters show it.',
    'When the first replace has finished, replace the second disk, without reading it; only then is the array complete. No restart is needed, and the array always has a copy of everything.',
  ].join('\n\n'),
  wrongMoves: [
    "Don't restart in the middle of the replace to see whether the second disk comes back: an array that runs with two copies lost still runs.",
    "Don't stop when the replace has finished: the second disk is still listed, and only `btrfs device stats` shows that it is dead.",
    "Don't run raid1 on large disks without a backup: a rebuild takes a day, during which there is one copy.",
  ],
  sources: ['mkfs.btrfs(8), PROFILES: raid1c3 bears the loss of two devices', 'btrfs-replace(8), -r'],
  tags: ['missing', 'replace', 'pull', 'balance'],
  layout: { ...namedLayouts.raid1c3, memberSizesBytes: equalSizes(4, diskBytes), spareSizesBytes: equalSizes(2, diskBytes) },
  layouts: [],
  requires: [needsSlowReplace],
  payloadBytes: 16 * 1024 ** 2,
  steps: [
    buildArray,
    writePayload,
    loseFirst,
    mountWithoutFirst,
    writeDegraded,
    loseSecond,
    replaceSecond,
    recordBoth,
    softBalance,
    resetStats,
  ],
  proof: 'full',
  twin: {
    layout: { ...defaultLayout, memberSizesBytes: equalSizes(2, diskBytes), spareSizesBytes: equalSizes(2, diskBytes) },
    breaks: ['procedure'],
    because: 'with two copies the disk that fails during the replace has the only copy of what is not rebuilt yet.',
  },
};
