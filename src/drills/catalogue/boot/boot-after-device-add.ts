import type { InitramfsMaker } from '../../../core/boot/initramfs-maker.ts';
import { chunkProfiles } from '../../../core/layout/profile.ts';
import { equalSizes } from '../../../core/layout/layout.ts';
import { planCreateContainer } from '../../../core/plan/container.ts';
import { planAddDevice, planSoftBalance } from '../../../core/plan/repair.ts';
import type { Drill, Step } from '../../drill.ts';
import { bootAlone, recordDisk, rootLayout, rootOnArray } from '../../steps/boot/root-repair-steps.ts';
import { bootFromRoot, moveRoot } from '../../steps/boot/root-steps.ts';
import { writePayload } from '../../steps/build-steps.ts';
import { spareOf } from '../../steps/disks-of.ts';
import { typed } from '../../steps/plan-line.ts';

const unlock = 'key-file';

/** What the array is to become. */
const wanted = chunkProfiles('raid1');

/** mkfs gave the first disk 1. */
const addedDevid = 2;

const addDisk: Step = {
  name: 'add-disk',
  title: 'Encrypt a second disk, add it to the running root, and convert it to RAID1',
  phase: 'repair',
  skippable: false,
  plan: (array) => {
    const added = spareOf(array);
    return typed(
      ...planCreateContainer(added, array.layout),
      planAddDevice(array, added.mappingGuestDevice),
      planSoftBalance({ ...array, layout: wanted }),
    );
  },
  run: async (run) => {
    const added = spareOf(run.array);
    for (const planned of planCreateContainer(added, run.array.layout)) await run.type(planned);
    await run.type(planAddDevice(run.array, added.mappingGuestDevice));
    run.addMember(addedDevid, added);
    await run.type(planSoftBalance({ ...run.array, layout: wanted }));
  },
};

const forInitramfs = (maker: InitramfsMaker): Drill => ({
  name: 'boot-after-device-add',
  promise: 'A running root on one encrypted disk becomes a RAID1 of two, and the machine boots by itself afterwards.',
  symptom: 'A second encrypted disk was added to the root, everything worked, and the next boot ends at `(initramfs)`.',
  story: [
    'The root is a btrfs on one LUKS container. A second disk is bought, encrypted, opened, and added with `btrfs device add` and a balance, all while the machine runs. Nothing asks for a restart, so weeks may pass before the next one.',
    'At that boot the initramfs opens what it knows: the disk that was there when it was made. The root now has two devices, one of them stays closed, and btrfs refuses to mount it without `degraded`: the boot ends in the shell of the initramfs, of a machine whose disks are all well.',
    'crypttab alone does not help, either: the initramfs has a copy of it, with those containers that the root was on when `update-initramfs` ran. So the order counts: first the device is added, then crypttab gets its line, then the initramfs is made anew.',
    'With an initramfs by dracut (`--initramfs dracut`) it is the same trap and the same way out, but there is no shell: systemd waits for the label of the root, without a limit. There the command is `dracut --force --regenerate-all`.',
  ].join('\n\n'),
  wrongMoves: [
    "Don't stop at `btrfs device add` and the balance: the next boot does not open the new disk.",
    "Don't run `update-initramfs` before the new container is in crypttab and the device in the root: it then has nothing of it.",
    "Don't mount the root degraded at that boot: no disk is missing, one is only closed.",
  ],
  sources: [
    'cryptsetup-initramfs, hooks/cryptroot: the entries of crypttab for the devices of the root',
    'btrfs-device(8), add; btrfs-balance(8)',
    'cryptsetup(8); crypttab(5), initramfs',
  ],
  tags: ['boot', 'convert', 'initramfs', 'root'],
  ...rootOnArray,
  initramfs: maker,
  forInitramfs,
  layout: { ...rootLayout, memberSizesBytes: equalSizes(1), profile: 'single', metadataProfile: 'dup' },
  steps: [moveRoot(unlock, maker), writePayload, bootFromRoot(unlock), addDisk, recordDisk({ unlock, maker }), bootAlone(wanted, unlock)],
  repairFrom: addDisk.name,
  twin: {
    instead: [recordDisk({ unlock, maker: null })],
    breaks: ['boots-alone'],
    because: 'the initramfs has its own, older copy of crypttab: it opens the disk that it knows, and btrfs does not mount half a root.',
  },
});

/** A root on one encrypted disk gets a second one. */
export const bootAfterDeviceAdd: Drill = forInitramfs('initramfs-tools');
