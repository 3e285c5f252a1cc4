/** What the drills about a power cut during a replace have in common. The replaced member is there and works, but is no longer trusted. */
import type { ReplaceStatus } from '../../core/btrfs/replace-status.ts';
import { parseConsoleLine } from '../../core/kernel/console-line.ts';
import { defaultLayout } from '../../core/layout/layout.ts';
import { command } from '../../core/plan/command.ts';
import { planAddToCrypttab, planCreateContainer, planRemoveFromCrypttab } from '../../core/plan/container.ts';
import type { Drill, Step } from '../drill.ts';
import type { DrillRun } from '../drill-run.ts';
import { buildArray, startWriter, writePayload } from './build-steps.ts';
import { spareOf } from './disks-of.ts';
import { failingDevid, failingMember } from './failing-disk-steps.ts';
import { recordsAtWork } from './live-writer.ts';
import { act, typed, typedStep } from './plan-line.ts';
import { needsSlowReplace, planSlowReplace, startSlowReplace } from './slow-replace.ts';

/** Encrypts the spare: the target. */
export const encryptTarget = typedStep({
  name: 'encrypt-target',
  title: 'Encrypt the spare',
  phase: 'repair',
  skippable: false,
  commands: (array) => planCreateContainer(spareOf(array), array.layout),
});

/** Puts the target into crypttab before the array depends on it, and makes key and line durable. */
export const recordTarget = typedStep({
  name: 'record-target',
  title: 'Add the new disk to crypttab before the replace, not after it',
  phase: 'repair',
  skippable: true,
  commands: (array) => [planAddToCrypttab(spareOf(array)), command('sync')],
});

/** Starts to replace a member that is there, while the live writer writes. */
export const startReplace: Step = {
  name: 'start-replace',
  title: 'Start replacing a disk; the array stays in service',
  phase: 'repair',
  skippable: false,
  plan: (array) => [
    ...typed(...planSlowReplace(array, failingDevid, spareOf(array))),
    act('the replace is running, slowed down so that the power cut happens during it'),
  ],
  run: async (run) => {
    await startSlowReplace(run, failingDevid, spareOf(run.array));
    await run.waitForJournal(recordsAtWork);
  },
};

/** From nothing to an array with a running replace. */
export const untilReplaceRuns = [buildArray, writePayload, encryptTarget, recordTarget, startWriter, startReplace] as const;

/** What these drills need: a replace that lasts until the power cut. */
export const replaceThatLasts = {
  layout: defaultLayout,
  layouts: ['raid1', 'raid1-unequal', 'raid1c3', 'raid10'],
  requires: [needsSlowReplace],
  payloadBytes: 16 * 1024 ** 2,
} as const satisfies Partial<Drill>;

/** Removes the replaced member from crypttab; the new one is already in it. */
export const retireOldDisk = typedStep({
  name: 'retire-old-disk',
  title: 'Remove the old disk from crypttab',
  phase: 'repair',
  skippable: true,
  commands: (array) => [planRemoveFromCrypttab(failingMember(array))],
});

/** Gives the output of `btrfs replace status` as one line. */
export function describeReplace(status: ReplaceStatus): string {
  if (status.state === 'never-started') return 'replace status: never started';
  const progress = 'progressPermille' in status ? ` at ${String(status.progressPermille / 10)} %` : '';
  const { writeErrors, uncorrectableReadErrors } = status;
  return `replace status: ${status.state}${progress}, ${String(writeErrors)} write errors, ${String(uncorrectableReadErrors)} uncorrectable read errors`;
}

/** Gives what the kernel has printed about a replace since the machine was switched on. */
export function aboutReplace(run: DrillRun): readonly string[] {
  const texts = run.machine.consoleLines().map((line) => parseConsoleLine(line).text.trim());
  return texts.filter((text) => /^BTRFS.*replace/u.test(text));
}
