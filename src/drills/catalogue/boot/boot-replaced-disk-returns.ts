import { defaultLayout } from '../../../core/layout/layout.ts';
import type { Drill } from '../../drill.ts';
import { bootArray } from '../../steps/boot/booted-array.ts';
import { repairBooted, waitForSurvivors } from '../../steps/boot/repair-booted.ts';
import { buildArray, writePayload } from '../../steps/build-steps.ts';
import { lostMemberOf } from '../../steps/disks-of.ts';
import { takeDiskOut } from '../../steps/lose-disk-steps.ts';
import { updateCrypttab } from '../../steps/replace-steps.ts';

const bootWithOldDisk = bootArray(
  { name: 'boot-with-old-disk', title: 'Restart with the old disk in its slot, and watch the boot', phase: 'fault' },
  {
    says: (array) => `${lostMemberOf(array).serial} is in its slot again`,
    does: (run) => run.insertDisk(lostMemberOf(run.array).serial),
  },
);

/** A disk that was dead and was replaced is in its slot again when systemd boots. */
export const bootReplacedDiskReturns: Drill = {
  name: 'boot-replaced-disk-returns',
  promise: 'A replaced disk that is back in its slot at the next boot stays closed, and the array is mounted from its new disk.',
  symptom: 'A disk that was missing and has been replaced is in the machine again when it boots.',
  story: [
    'A disk was missing and was replaced. It had only lost its contact, and somebody who cleans the machine pushes it in again. It still says that it is device 1 of this array: a replace wipes no disk that was missing.',
    'At the next boot both are there, the old one and the new one. btrfs would take the old one for a member; but it never sees it, because crypttab no longer names its container. It stays closed, and what is closed is no member of anything.',
    'Where crypttab was not put right, the same boot opens the old disk and not the new one. That looks perfect: a login, no failed unit, no wait, every file readable. From then on the old disk is a member again, and the new one is the stale one.',
  ].join('\n\n'),
  wrongMoves: [
    "Don't leave crypttab for later: which of two disks is a member is decided by what the boot opens.",
    "Don't take a clean boot as proof: compare the members (`btrfs filesystem show`) with the disks that you mean.",
    "Don't leave a replaced disk in the machine: wipe it, or take it out.",
  ],
  sources: [
    'crypttab(5)',
    'btrfs-replace(8)',
    'https://github.com/kdave/btrfs-progs/issues/933 (the source of a replace is wiped when it is there)',
    'the drill replaced-disk-returns: how the old disk is recognised by hand',
  ],
  tags: ['boot', 'crypttab', 'replace', 'stale', 'systemd'],
  system: 'installed',
  layout: defaultLayout,
  layouts: ['raid1'],
  payloadBytes: 8 * 1024 ** 2,
  steps: [buildArray, writePayload, takeDiskOut, ...repairBooted, bootWithOldDisk],
  repairFrom: waitForSurvivors.name,
  proof: 'none',
  twin: {
    skipStep: updateCrypttab.name,
    breaks: ['members'],
    because: 'crypttab opens the old disk and not the new one, and btrfs takes it for the member that it was, without a word.',
  },
};
