import type { ArrayPlan } from '../../../core/plan/array.ts';
import { command } from '../../../core/plan/command.ts';
import { planMountRootDegraded } from '../../../core/plan/root-on-array.ts';
import { judgeInitramfsShell, judgeLogin } from '../../../core/proof/judge-boot.ts';
import type { Drill, Step } from '../../drill.ts';
import { bootAlone, recordDisk, rootLayout, rootOnArray, seeRest } from '../../steps/boot/root-repair-steps.ts';
import { loseDiskWhileOff, moveRoot, powerOnRoot } from '../../steps/boot/root-steps.ts';
import type { BootLoaderEdit, RootBoot } from '../../steps/boot/root-steps.ts';
import { writePayload } from '../../steps/build-steps.ts';
import { lostMemberOf, survivorOf } from '../../steps/disks-of.ts';
import { act, typed } from '../../steps/plan-line.ts';
import { replaceDisk, softBalance } from '../../steps/replace-steps.ts';

const maker = 'dracut';
const unlock = 'passphrase';

/**
 * What lets somebody in: sulogin starts a shell though root is locked, as it is in this initramfs since Debian 13; and dracut gives up on the dead
 * disk's container after some seconds, not minutes. Sources: sulogin(8), --force; dracut.cmdline(7), rd.retry.
 */
const wayIn = ['SYSTEMD_SULOGIN_FORCE=1', 'rd.retry=10'] as const;

/** Not `exit`: systemd would go on waiting, without a limit, for the dead disk and for the label of the root. */
const switchRoot = command('systemctl', 'isolate', 'initrd-switch-root.target');

const planMount = (array: ArrayPlan) => planMountRootDegraded(survivorOf(array).mappingGuestDevice, maker);

async function mountByHand(array: ArrayPlan, { typeInShell, pressEnter }: RootBoot) {
  await pressEnter();
  await typeInShell(planMount(array));
  return await typeInShell(switchRoot);
}

function mountInInitramfs(edit: BootLoaderEdit, says: string, judged: typeof judgeInitramfsShell): Step {
  return {
    name: 'mount-root',
    title: 'Boot without the disk, and mount the root by hand in the initramfs',
    phase: 'repair',
    skippable: false,
    plan: (array) => [
      act(`power on; ${says} in the boot loader; type the passphrase`),
      act('the boot ends at sulogin in the initramfs: press Enter'),
      ...typed(planMount(array), switchRoot),
      act('the boot goes on to the login'),
    ],
    run: async (run) => {
      const booting = await powerOnRoot(run, edit);
      run.judge(judged(await booting.boot));
      run.judge(judgeLogin(await mountByHand(run.array, booting), { name: 'goes-on', claim: 'From there the boot goes on to the login' }));
    },
  };
}

/** The same machine with an initramfs by dracut, whose systemd waits for every member. */
export const bootRootWithoutDiskDracut: Drill = {
  name: 'boot-root-without-disk-dracut',
  promise:
    'A machine whose root is an array that lacks a disk, with an initramfs by dracut, can be booted from its console, repaired in service, and boots by itself again.',
  symptom:
    'A disk of the array with the root is missing: `dracut-initqueue: timeout`, `Could not boot.`, and `the root account is locked.`',
  story: [
    'The machine has its root on the array, as in boot-root-without-disk, but its initramfs is made by dracut, as on Fedora and openSUSE. In it runs systemd, with the same rule of udev as later: as long as a member of the array is missing, the filesystem is no device, and nothing is mounted. `degraded` among the rootflags, which is enough for the initramfs of initramfs-tools, is never asked.',
    'First dracut itself waits for every container in its copy of crypttab: 180 seconds by the word, and longer by the clock. Then it wants to give you a shell, and sulogin refuses: in this initramfs root is locked, whatever its password. (Debian 12’s dracut makes one whose root has no password: there anybody at the console is let in.)',
    'With `SYSTEMD_SULOGIN_FORCE=1` on the kernel’s command line sulogin lets you in, with Enter. There `mount -o degraded`, by the mapping that is open, on /sysroot works at once. What does not work is `exit`: systemd goes on waiting, without a limit, for two devices, the dead disk and the label of the root. So tell it to go where it would go next: `systemctl isolate initrd-switch-root.target`.',
    'From then on it is a machine like any other with a disk missing. After the replacement the initramfs must be made anew; Debian’s dracut has no update-initramfs for it.',
  ].join('\n\n'),
  wrongMoves: [
    "Don't rely on `degraded` in the boot loader: with dracut nothing is mounted before udev calls every member there.",
    "Don't look for a password that fits: root is locked in this initramfs, and only `SYSTEMD_SULOGIN_FORCE=1` opens its shell.",
    "Don't type `exit` after the mount: systemd waits on, and the shell is gone.",
    "Don't forget the initramfs after the replacement: it waits for the old disk.",
  ],
  sources: [
    'dracut.cmdline(7); dracut.bootup(7)',
    'dracut 106, modules.d/90crypt/parse-crypt.sh, 98dracut-systemd/dracut-initqueue.sh and dracut-emergency.sh',
    'https://github.com/dracutdevs/dracut/issues/1922',
    'https://github.com/systemd/systemd/issues/18466',
    'systemd, rules.d/64-btrfs.rules',
    'sulogin(8); bootup(7)',
  ],
  tags: ['boot', 'dracut', 'initramfs', 'missing', 'replace', 'root'],
  ...rootOnArray,
  initramfs: maker,
  steps: [
    moveRoot(unlock, maker),
    writePayload,
    loseDiskWhileOff,
    mountInInitramfs({ words: wayIn }, `add \`${wayIn.join(' ')}\``, judgeInitramfsShell),
    seeRest,
    replaceDisk,
    recordDisk({ unlock, maker, replaced: lostMemberOf }),
    softBalance,
    bootAlone(rootLayout, unlock),
  ],
  repairFrom: 'mount-root',
  twin: {
    instead: [
      mountInInitramfs({ flags: ['degraded'], words: wayIn }, `add \`degraded\` to rootflags=, and \`${wayIn.join(' ')}\``, (seen) =>
        judgeLogin(seen),
      ),
    ],
    breaks: ['login'],
    because: 'dracut waits for every container, and systemd for every member: the mount does not begin, and nobody asks for its options.',
  },
};
