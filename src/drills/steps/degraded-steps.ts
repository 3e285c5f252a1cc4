import type { ArrayPlan } from '../../core/plan/array.ts';
import { planMount, planMountArray, planUnmount } from '../../core/plan/array.ts';
import { command } from '../../core/plan/command.ts';
import type { Command } from '../../core/plan/command.ts';
import { memberDeviceOf, planOpenContainer } from '../../core/plan/container.ts';
import type { Step } from '../drill.ts';
import { degradedTree, planExtractTree, writeTree } from './build-steps.ts';
import { survivorOf, survivorsOf } from './disks-of.ts';
import { startWriting } from './live-writer.ts';
import { act, typed, typedStep } from './plan-line.ts';

/** Opens the remaining members, and tries the plain mount. */
export const openSurvivors: Step = {
  name: 'open-survivors',
  title: 'Open the remaining disks, and try the plain mount',
  phase: 'repair',
  skippable: false,
  plan: (array) => typed(...planOpenSurvivors(array), planMount(array)),
  run: async (run) => {
    for (const planned of planOpenSurvivors(run.array)) await run.type(planned);
    const { exitCode } = await run.look(planMount(run.array), (result) =>
      result.exitCode === 0
        ? 'It mounts, although a member is missing: fstab says `degraded`, and so will a boot at which a disk is merely late.'
        : 'The plain mount is refused: btrfs does not start degraded unless it is told to.',
    );
    // The next step mounts it by hand, and would do so on top.
    if (exitCode === 0) await run.type(planUnmount(run.array));
  },
};

function planOpenSurvivors(array: ArrayPlan): readonly Command[] {
  return [...survivorsOf(array).map(planOpenContainer), command('btrfs', 'device', 'scan')];
}

/** Mounts the array without the lost member. */
export const mountDegraded = typedStep({
  name: 'mount-degraded',
  title: 'Mount degraded',
  phase: 'repair',
  skippable: true,
  commands: (array) => [planMountDegraded(array)],
});

/** The command that mounts the array without the lost member, by another. */
export function planMountDegraded(array: ArrayPlan): Command {
  return planMountArray(array, memberDeviceOf(array.layout, survivorOf(array)), 'degraded');
}

/** Writes a second tree, and keeps the live writer writing: the array is in service. */
export const writeDegraded: Step = {
  name: 'write-degraded',
  title: 'Write more while degraded',
  phase: 'repair',
  skippable: true,
  isForProof: true,
  plan: (array) => [
    ...typed(planExtractTree(array, degradedTree), command('sync')),
    act('start the live writer again: the array is in service during its repair'),
  ],
  run: async (run) => {
    await writeTree(run, degradedTree);
    await startWriting(run);
  },
};

/** From closed members to an array in service without the lost one. */
export const serveDegraded = [openSurvivors, mountDegraded, writeDegraded] as const;
