import { parseReplaceStatus } from '../../core/btrfs/replace-status.ts';
import { planMount, planOpenAsBoot } from '../../core/plan/array.ts';
import { command } from '../../core/plan/command.ts';
import type { Command } from '../../core/plan/command.ts';
import type { ContainerPlan } from '../../core/plan/container.ts';
import { planCancelReplace, planReplace, planReplaceStatus } from '../../core/plan/repair.ts';
import type { CommandResult } from '../../machine/guest.ts';
import type { Drill, Step } from '../drill.ts';
import type { DrillRun } from '../drill-run.ts';
import { aboutReplace, describeReplace, retireOldDisk, replaceThatLasts, untilReplaceRuns } from '../steps/crash-in-replace-steps.ts';
import { mountDegraded } from '../steps/degraded-steps.ts';
import { spareOf } from '../steps/disks-of.ts';
import { failingDevid } from '../steps/failing-disk-steps.ts';
import { startWriting } from '../steps/live-writer.ts';
import { act, typed, typedStep } from '../steps/plan-line.ts';
import { softBalance } from '../steps/replace-steps.ts';
import { typeReplace } from '../steps/type-replace.ts';

const cutPower: Step = {
  name: 'cut-power',
  title: 'Cut the power in the middle of the replace; the new disk does not come back',
  phase: 'fault',
  skippable: false,
  plan: (array) => [
    act(`cut the power, without a shutdown; power on again, without ${spareOf(array).serial}`),
    ...typed(planOpenAsBoot),
    act('the members are open, and the mount is refused'),
  ],
  run: async (run) => {
    await run.crash();
    await run.pullDisk(spareOf(run.array).serial);
    await run.boot();
    await lookAtBoot(run, 'The mount is refused although every member is there: the target of the replace is a part of the array too.');
  },
};

const cancelReplace: Step = {
  name: 'cancel-replace',
  title: 'Give the replace up, and go on working with what there is',
  phase: 'repair',
  skippable: false,
  plan: (array) => [
    ...typed(planReplaceStatus(array), planCancelReplace(array)),
    act('start the live writer again'),
    ...typed(planReplaceStatus(array)),
  ],
  run: async (run) => {
    const before = await run.ask(planReplaceStatus(run.array), parseReplaceStatus);
    await run.type(planCancelReplace(run.array));
    await startWriting(run);
    const after = await run.ask(planReplaceStatus(run.array), parseReplaceStatus);
    run.judge({
      name: 'replace-canceled',
      claim: 'The replace waits for its target, and can be given up',
      outcome: before.state === 'suspended' && after.state === 'canceled' ? 'held' : 'broken',
      evidence: [describeReplace(before), describeReplace(after)],
    });
  },
};

const targetReturns: Step = {
  name: 'target-returns',
  title: 'The new disk is there again at the next boot',
  phase: 'fault',
  skippable: false,
  plan: (array) => [
    act(`clean shutdown; put ${spareOf(array).serial} back; power on`),
    ...typed(planOpenAsBoot),
    act('every disk is open, and the mount is refused again'),
  ],
  run: async (run) => {
    await run.shutdown();
    await run.insertDisk(spareOf(run.array).serial);
    await run.boot();
    await lookAtBoot(
      run,
      'Now the mount is refused because the disk is back: it says that it is the target of a replace which no longer exists.',
    );
  },
};

const wipeTarget = typedStep({
  name: 'wipe-target',
  title: 'Let the kernel forget the half-written disk, and wipe it',
  phase: 'repair',
  skippable: true,
  commands: (array) => planWipeTarget(spareOf(array)),
});

function planWipeTarget({ mappingGuestDevice }: ContainerPlan): readonly Command[] {
  return [
    command('btrfs', 'device', 'scan', '--forget', mappingGuestDevice),
    command('wipefs', '-a', mappingGuestDevice),
    // fstab mounts by label, and until udev sees that the disk lost its label, the label leads there.
    command('udevadm', 'settle'),
  ];
}

const mountAgain = typedStep({
  name: 'mount-again',
  title: 'Mount, without any option',
  phase: 'repair',
  skippable: false,
  commands: (array) => [planMount(array)],
});

const replaceAgain: Step = {
  name: 'replace-again',
  title: 'Replace the old disk, from the beginning',
  phase: 'repair',
  skippable: true,
  plan: (array) => typed(planReplace(array, failingDevid, spareOf(array).mappingGuestDevice)),
  run: async (run) => {
    await typeReplace(run, failingDevid, spareOf(run.array));
  },
};

/** Lets the boot open and mount what it can, and adds the kernel's reason to the assessment. */
async function lookAtBoot(run: DrillRun, whenRefused: string): Promise<void> {
  await run.look(planOpenAsBoot, (result: CommandResult) =>
    result.exitCode === 0 ? 'It mounts.' : `${whenRefused} The kernel: ${aboutReplace(run).join('; ')}.`,
  );
}

/** A power cut in the middle of a replace whose target is missing at the next boot and comes back later. */
export const crashDuringReplaceTargetGone: Drill = {
  name: 'crash-during-replace-target-gone',
  promise: 'A replace interrupted by a power cut can be cancelled when its target is gone, and repeated when the target is back.',
  symptom: 'The power failed during `btrfs replace`, and the new disk is gone. The array does not mount.',
  story: [
    'The power fails in the middle of a replace, and the new disk does not come back: a bad cable, or the new disk blew the fuse. Every member of the array is there and healthy, but the mount is refused: during a replace the target is part of the array, and it is missing.',
    'That is a case for `degraded`: the array mounts with all its members, the replace is suspended, and `btrfs replace cancel` ends it. From then on plain mounts work.',
    'The trap comes later. The cable is fixed, the new disk is plugged in again, and at the next boot the array, which was fine for days, does not mount. The new disk still says that it is device 0 of this array, the target of a replace. That replace no longer exists, and the kernel does not guess.',
    'The array is not damaged. Make the kernel forget the disk, and wipe it; then everything mounts, and the replace can be repeated.',
  ].join('\n\n'),
  wrongMoves: [
    "Don't take the refused mount for a damaged array and run `btrfs check --repair`: nothing is damaged.",
    "Don't reconnect the half-written disk without wiping it: the next mount is refused.",
    "Don't wipe it without `btrfs device scan --forget`: the kernel remembers the disk until it is told otherwise, or restarted.",
    "Don't leave `degraded` in fstab because it helped once: a disk that is merely late is then left out at some later boot.",
  ],
  sources: ['btrfs-replace(8)', 'btrfs-device(8), scan --forget', 'fs/btrfs/dev-replace.c, btrfs_init_dev_replace()'],
  tags: ['replace', 'crash', 'missing', 'stale', 'luks'],
  ...replaceThatLasts,
  steps: [
    ...untilReplaceRuns,
    cutPower,
    mountDegraded,
    cancelReplace,
    targetReturns,
    wipeTarget,
    mountAgain,
    replaceAgain,
    retireOldDisk,
    softBalance,
  ],
  proof: 'full',
  repairFrom: 'mount-degraded',
  twin: {
    skipStep: 'wipe-target',
    breaks: ['procedure'],
    because: 'a disk that says it is the target of a replace which no longer exists keeps the array from being mounted.',
  },
};
