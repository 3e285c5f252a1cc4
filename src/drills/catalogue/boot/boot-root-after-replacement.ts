import type { InitramfsMaker } from '../../../core/boot/initramfs-maker.ts';
import type { Drill } from '../../drill.ts';
import { bootAlone, recordDisk, rootLayout, rootOnArray } from '../../steps/boot/root-repair-steps.ts';
import { bootFromRoot, moveRoot } from '../../steps/boot/root-steps.ts';
import { writePayload } from '../../steps/build-steps.ts';
import { failingDevid, failingMember } from '../../steps/failing-disk-steps.ts';
import { replaceFailingDisk } from '../../steps/replace-steps.ts';

const unlock = 'key-file';

const forInitramfs = (maker: InitramfsMaker): Drill => ({
  name: 'boot-root-after-replacement',
  promise: 'After a replacement of a disk of the root the machine boots by itself, with the whole array.',
  symptom: 'A disk of the array with the root was replaced, crypttab was put right, and the next boot ends at `(initramfs)`.',
  story: [
    'A disk of the array with the root is replaced in service, and crypttab gets the new one’s line for the old one’s, as for any array.',
    'But no boot has asked this crypttab for the disks of its root: it is on them. What opens them is the initramfs, by a copy of crypttab that it was given when it was made. That copy still has the old disk, and not the new one. The boot waits for a disk that is in a drawer, mounts half an array, and is refused.',
    '`update-initramfs -u -k all`, while the new container is open and a device of the root, is the other half of the repair. For every kernel (`-k all`): the one that is booted in need may be an older one.',
    'The old container need not be closed by hand, and cannot be kept open: cryptsetup’s initramfs has asked for the removal of the root’s mappings as soon as nobody uses them (`dmsetup info`: `ACTIVE (DEFERRED REMOVE)`). At the end of the replace btrfs lets go of the old one, and it is gone; its service in systemd still counts as active.',
    'With dracut (`--initramfs dracut`) the other half is `dracut --force --regenerate-all`. Without it the boot waits for the old disk for minutes, and then ends at `the root account is locked`, or in a shell (Debian 12).',
  ].join('\n\n'),
  wrongMoves: [
    "Don't stop at crypttab: the initramfs opens the root’s disks by its own copy.",
    "Don't mount degraded in the initramfs when it is too late: the new disk is whole, it is only closed. `cryptsetup open` it, then mount.",
  ],
  sources: [
    'cryptsetup-initramfs, hooks/cryptroot; scripts/local-bottom/cryptroot, dmremove_deferred',
    'crypttab(5)',
    'update-initramfs(8)',
    'btrfs-replace(8)',
  ],
  tags: ['boot', 'crypttab', 'initramfs', 'replace', 'root'],
  ...rootOnArray,
  initramfs: maker,
  forInitramfs,
  steps: [
    moveRoot(unlock, maker),
    writePayload,
    bootFromRoot(unlock),
    replaceFailingDisk(failingDevid),
    recordDisk({ unlock, maker, replaced: failingMember }),
    bootAlone(rootLayout, unlock, {
      says: (array) => `take ${failingMember(array).serial} out`,
      does: async (run) => run.pullDisk(failingMember(run.array).serial),
    }),
  ],
  repairFrom: 'replace',
  twin: {
    instead: [recordDisk({ unlock, maker: null, replaced: failingMember })],
    breaks: ['boots-alone'],
    because: 'the initramfs has its own, older copy of crypttab: it waits for the old disk, and the new one stays closed.',
  },
});

/** A replaced disk of the root must come back by itself, too. */
export const bootRootAfterReplacement: Drill = forInitramfs('initramfs-tools');
