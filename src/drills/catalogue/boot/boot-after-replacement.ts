import { defaultLayout } from '../../../core/layout/layout.ts';
import type { Drill } from '../../drill.ts';
import { bootArray } from '../../steps/boot/booted-array.ts';
import { repairBooted, waitForSurvivors } from '../../steps/boot/repair-booted.ts';
import { buildArray, writePayload } from '../../steps/build-steps.ts';
import { takeDiskOut } from '../../steps/lose-disk-steps.ts';
import { updateCrypttab } from '../../steps/replace-steps.ts';

const bootRepaired = bootArray({ name: 'boot-repaired', title: 'Restart, and watch the boot', phase: 'repair' });

/** A replaced disk must come back by itself, too. */
export const bootAfterReplacement: Drill = {
  name: 'boot-after-replacement',
  promise: 'After a replacement the machine boots with the whole array mounted, by what crypttab and fstab say.',
  symptom: 'A disk was replaced weeks ago. After the next restart the array is not mounted.',
  story: [
    'The disk is replaced, the balance done, the array serves every file. Nobody restarts a machine that works.',
    'Months later somebody does. fstab names the filesystem, and that has not changed; but crypttab names containers by their UUID, and the new disk has a new one. What was opened by hand on the day of the repair is not opened by a boot: one member is missing, systemd waits 90 seconds for it, and the array is not there.',
    'Nothing counts as failed: with `nofail` the login comes as ever, and a mount whose device has not come is not even tried. A repair is over when the machine has booted with it. Restart it while you still know what you did.',
    'The initramfs need not be made anew for this: it opens what the root is on, and the array is opened later, by systemd. With the root on the array it is another matter.',
  ].join('\n\n'),
  wrongMoves: [
    "Don't take a mounted array as proof that it will be mounted after a restart: what is open was opened by hand.",
    "Don't mount it degraded when it is missing after the restart: the new disk is whole, it is only closed.",
  ],
  sources: ['crypttab(5)', 'systemd-cryptsetup-generator(8)', 'btrfs-replace(8)'],
  tags: ['boot', 'crypttab', 'replace', 'systemd'],
  system: 'installed',
  layout: defaultLayout,
  layouts: ['raid1'],
  payloadBytes: 8 * 1024 ** 2,
  steps: [buildArray, writePayload, takeDiskOut, ...repairBooted, bootRepaired],
  repairFrom: waitForSurvivors.name,
  proof: 'none',
  twin: {
    skipStep: updateCrypttab.name,
    breaks: ['mounted'],
    because: 'crypttab still names the dead disk’s container: the new one stays closed, and the array lacks a member.',
  },
};
