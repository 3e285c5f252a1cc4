import type { ArrayPlan } from '../../../core/plan/array.ts';
import { command } from '../../../core/plan/command.ts';
import { memberDeviceOf } from '../../../core/plan/container.ts';
import { defaultLayout } from '../../../core/layout/layout.ts';
import type { Drill, Step } from '../../drill.ts';
import { bootQuestions, judgeBoot, powerOn } from '../../steps/boot/boot-steps.ts';
import { bootArray } from '../../steps/boot/booted-array.ts';
import { stayMounted } from '../../steps/boot/stay-mounted.ts';
import { buildArray, writePayload } from '../../steps/build-steps.ts';
import {
  aboutReplaceInLog,
  encryptTarget,
  finishResumedReplace,
  recordTarget,
  retireOldDisk,
  startQuietReplace,
} from '../../steps/crash-in-replace-steps.ts';
import { spareOf } from '../../steps/disks-of.ts';
import { act, typed, typedStep } from '../../steps/plan-line.ts';
import { needsSlowReplace } from '../../steps/slow-replace.ts';

const devicesOf = (array: ArrayPlan): readonly string[] =>
  [...array.members, spareOf(array)].map((member) => memberDeviceOf(array.layout, member));

const cutPower: Step = {
  name: 'cut-power',
  title: 'Cut the power in the middle of the replace, and watch the boot',
  phase: 'fault',
  skippable: false,
  plan: () => [
    act('cut the power, without a shutdown; power on again, with every disk, and watch the console'),
    ...typed(...bootQuestions),
  ],
  run: async (run) => {
    await run.crash();
    await judgeBoot(run, await powerOn(run));
  },
};

const waitForDisks = typedStep({
  name: 'wait-for-disks',
  title: 'Wait until every disk is open, the new one, too',
  phase: 'repair',
  skippable: false,
  commands: (array) => [{ argv: ['udevadm', 'wait', '--timeout=120', ...devicesOf(array)], timeoutMs: 150_000 }],
});

const askWhetherReady: Step = {
  name: 'ask-whether-ready',
  title: 'Ask what udev asks: whether the array is ready',
  phase: 'repair',
  skippable: false,
  plan: (array) => typed(...devicesOf(array).map(planReady)),
  run: async (run) => {
    for (const device of devicesOf(run.array))
      await run.look(planReady(device), ({ exitCode }) =>
        exitCode === 0 ? 'The kernel calls the array ready.' : 'The kernel does not call the array ready, though every disk is there.',
      );
  },
};

const planReady = (guestDevice: string) => command('btrfs', 'device', 'ready', guestDevice);

const mountByHand = typedStep({
  name: 'mount-by-hand',
  title: 'Mount it by hand',
  phase: 'repair',
  skippable: true,
  commands: ({ mountPoint }) => [command('mount', mountPoint)],
});

/** The power goes during a replace of a data array, on a machine that systemd boots. */
export const bootUnfinishedReplace: Drill = {
  name: 'boot-unfinished-replace',
  promise:
    'An array whose replace was ended by a power cut is mounted by hand after the boot, the replace goes on, and then it boots by itself.',
  symptom: 'The power failed during `btrfs replace`. Every disk is there and open, and the array is not mounted.',
  story: [
    'A disk of the data array is replaced in service, and the new one is in crypttab, as it should be before the replace begins. In the middle of it the power fails.',
    'At the next boot systemd opens every disk, the new one too, and then does not mount the array. It waits for 90 seconds for a device that has come, gives up, and nothing counts as failed. It looks as if a member were missing, and none is.',
    'udev asks the kernel whether all members are there. The kernel compares the number of devices that it knows with the one in the super block, and wants them equal. While a replace is unfinished its target is one more. So the answer is no, of every device, and stays no even while the array is mounted.',
    '`mount` by hand asks neither udev nor systemd. It works at once, and the replace goes on where it was. When it has finished the numbers are equal again, and the next boot is as ever.',
  ].join('\n\n'),
  wrongMoves: [
    "Don't wait for systemd to mount it: it waits for udev, and udev's answer does not change while the replace is unfinished.",
    "Don't mount it with `degraded`: no member is missing.",
    "Don't take the new disk out of crypttab for it: the kernel then calls the array ready, and refuses the mount, because the target is missing.",
  ],
  sources: [
    'fs/btrfs/super.c, btrfs_control_ioctl(), BTRFS_IOC_DEVICES_READY',
    'fs/btrfs/dev-replace.c, btrfs_init_dev_replace()',
    'systemd, rules.d/64-btrfs.rules',
    'https://github.com/kdave/btrfs-progs/issues/365: the same comparison, with a seed device',
  ],
  tags: ['boot', 'crash', 'replace', 'systemd'],
  system: 'installed',
  layout: defaultLayout,
  layouts: ['raid1'],
  requires: [needsSlowReplace],
  payloadBytes: 16 * 1024 ** 2,
  steps: [
    buildArray,
    writePayload,
    encryptTarget,
    recordTarget,
    startQuietReplace,
    cutPower,
    waitForDisks,
    askWhetherReady,
    mountByHand,
    stayMounted,
    finishResumedReplace(aboutReplaceInLog),
    retireOldDisk,
    bootArray({ name: 'boot-repaired', title: 'Restart, and watch the boot', phase: 'repair' }),
  ],
  repairFrom: waitForDisks.name,
  proof: 'none',
  twin: {
    skipStep: mountByHand.name,
    breaks: ['stays-mounted', 'procedure'],
    because: 'systemd waits for udev, and the kernel calls no array ready whose replace is unfinished.',
  },
};
