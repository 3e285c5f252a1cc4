import type { ArrayPlan } from '../../../core/plan/array.ts';
import { command } from '../../../core/plan/command.ts';
import { planMountRootDegraded } from '../../../core/plan/root-on-array.ts';
import { judgeInitramfsShell, judgeLogin } from '../../../core/proof/judge-boot.ts';
import type { Drill, Step } from '../../drill.ts';
import { bootAlone, recordDisk, rootLayout, rootOnArray, seeRest } from '../../steps/boot/root-repair-steps.ts';
import { loseDiskWhileOff, moveRoot, powerOnRoot } from '../../steps/boot/root-steps.ts';
import { writePayload } from '../../steps/build-steps.ts';
import { lostMemberOf, survivorOf } from '../../steps/disks-of.ts';
import { act, typed } from '../../steps/plan-line.ts';
import { replaceDisk, softBalance } from '../../steps/replace-steps.ts';

const maker = 'initramfs-tools';
const unlock = 'passphrase';

const leaveShell = command('exit');

const mountRoot = (array: ArrayPlan) => planMountRootDegraded(survivorOf(array).mappingGuestDevice, maker);

const mountInInitramfs: Step = {
  name: 'mount-root',
  title: 'Boot without the disk, and mount the root by hand in the initramfs',
  phase: 'repair',
  skippable: false,
  plan: (array) => [
    act('power on; type the passphrase; the boot ends in the shell of the initramfs'),
    ...typed(mountRoot(array), leaveShell),
    act('the boot goes on to the login'),
  ],
  run: async (run) => {
    const { boot, typeInShell } = await powerOnRoot(run);
    run.judge(judgeInitramfsShell(await boot));
    await typeInShell(mountRoot(run.array));
    run.judge(judgeLogin(await typeInShell(leaveShell)));
  },
};

const bootWithRootflags: Step = {
  name: 'boot-with-rootflags',
  title: 'The same without a shell: `degraded` in the boot loader',
  phase: 'repair',
  skippable: true,
  plan: () => [act('clean shutdown; power on; add `degraded` to rootflags= in the boot loader; type the passphrase')],
  run: async (run) => {
    await run.shutdown();
    const { boot } = await powerOnRoot(run, { flags: ['degraded'] });
    run.judge(
      judgeLogin(await boot, {
        name: 'login-by-rootflags',
        claim: 'With `rootflags=…,degraded` the boot reaches the login without a shell',
      }),
    );
  },
};

/** What people write down for the day on which a disk is missing. */
const writeDegraded = command('sed', '-i', 's/subvol=@ /subvol=@,degraded /', '/mnt/etc/fstab');

const trustFstab: Step = {
  ...loseDiskWhileOff,
  plan: (array) => [...typed(...planWriteDegraded(array)), ...loseDiskWhileOff.plan(array)],
  run: async (run) => {
    for (const planned of planWriteDegraded(run.array)) await run.type(planned);
    await loseDiskWhileOff.run(run);
  },
};

const planWriteDegraded = (array: ArrayPlan) => [
  command('mount', '-t', 'btrfs', '-o', 'subvol=@', survivorOf(array).mappingGuestDevice, '/mnt'),
  writeDegraded,
  command('umount', '/mnt'),
];

const waitForFstab: Step = {
  ...mountInInitramfs,
  run: async (run) => {
    const { boot, typeInShell } = await powerOnRoot(run);
    run.judge(judgeLogin(await boot));
    await typeInShell(mountRoot(run.array));
    await typeInShell(leaveShell);
  },
};

/** The machine comes up without a member of the array that has its root. */
export const bootRootWithoutDisk: Drill = {
  name: 'boot-root-without-disk',
  promise:
    'A machine whose root is an array that lacks a disk can be booted from its console, repaired in service, and boots by itself again.',
  symptom: 'A disk of the array with the root is missing: `Failed to mount /dev/mapper/… as root file system.`, then `(initramfs)`.',
  story: [
    'The machine has its root on the array: two LUKS containers, one btrfs RAID1, and /boot on a small disk of its own. The passphrase is typed at the console. One disk is dead, and the machine is restarted.',
    'The initramfs waits five seconds for the dead disk, opens the other one, finds the label of the root on it, and tries to mount it. btrfs refuses, as it must: nobody has said `degraded`. Everything stops in the shell of the initramfs, in front of a keyboard that may be far away.',
    'From there it is one line: `mount -o degraded`, by the mapping that is open, on /root, and `exit`. Or, without a shell, `degraded` among the rootflags in the boot loader. `degraded` in fstab does nothing for this: fstab is on the array. What fstab has of the array besides the root needs nothing more: with the root mounted degraded the kernel says that the filesystem is complete, udev calls its device ready, and systemd mounts it.',
    'After the replacement crypttab is only half of it: what opens the disks is the copy of crypttab in the initramfs, which must be made anew.',
  ].join('\n\n'),
  wrongMoves: [
    "Don't rely on `degraded` in fstab: the initramfs mounts the root before it can read it.",
    "Don't leave `degraded` in the boot loader's configuration: a boot at which a disk is merely late then writes to one half.",
    "Don't forget the initramfs after the replacement: it still has the old crypttab.",
  ],
  sources: [
    'initramfs-tools, scripts/local: local_mount_root; initramfs-tools(7), rootflags',
    'cryptsetup-initramfs, README.initramfs, and scripts/local-top/cryptroot: 5 s for a disk',
    'btrfs(5), degraded',
  ],
  tags: ['boot', 'initramfs', 'missing', 'replace', 'root'],
  ...rootOnArray,
  initramfs: maker,
  steps: [
    moveRoot(unlock, maker),
    writePayload,
    loseDiskWhileOff,
    mountInInitramfs,
    bootWithRootflags,
    seeRest,
    replaceDisk,
    recordDisk({ unlock, maker, replaced: lostMemberOf }),
    softBalance,
    bootAlone(rootLayout, unlock),
  ],
  repairFrom: mountInInitramfs.name,
  twin: {
    instead: [trustFstab, waitForFstab],
    breaks: ['login'],
    because: 'the initramfs mounts the root before anybody can read its fstab: `degraded` there changes nothing.',
  },
};
