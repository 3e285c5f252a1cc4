/*
 * What the drills of a power cut in the middle of a replace have in common. The member that is replaced is there and
 * works: nobody trusts it any more.
 */
import type { ReplaceStatus } from '../../core/btrfs/replace-status.ts';
import { parseConsoleLine } from '../../core/kernel/console-line.ts';
import { command } from '../../core/plan/command.ts';
import { planAddToCrypttab, planCreateContainer, planRemoveFromCrypttab } from '../../core/plan/container.ts';
import type { Step } from '../drill.ts';
import type { DrillRun } from '../drill-run.ts';
import { spareOf } from './disks-of.ts';
import { failingDevid, failingMember } from './failing-disk-steps.ts';
import { recordsAtWork } from './live-writer.ts';
import { act, typed } from './plan-line.ts';
import { planSlowReplace, startSlowReplace } from './slow-replace.ts';

/** Encrypts the spare: the target. */
export const encryptTarget: Step = {
  name: 'encrypt-target',
  title: 'Encrypt the spare',
  phase: 'repair',
  skippable: false,
  plan: (array) => typed(...planCreateContainer(spareOf(array), array.layout)),
  run: async (run) => {
    for (const planned of planCreateContainer(spareOf(run.array), run.array.layout)) await run.type(planned);
  },
};

/** Puts the target into crypttab before the array depends on it, and makes key and line durable. */
export const recordTarget: Step = {
  name: 'record-target',
  title: 'Record the new disk in crypttab before the replace, not after it',
  phase: 'repair',
  skippable: true,
  plan: (array) => typed(planAddToCrypttab(spareOf(array)), command('sync')),
  run: async (run) => {
    await run.type(planAddToCrypttab(spareOf(run.array)));
    await run.type(command('sync'));
  },
};

/** Starts to replace a member that is there, while the live writer writes. */
export const startReplace: Step = {
  name: 'start-replace',
  title: 'Start to replace a disk; the array stays in service',
  phase: 'repair',
  skippable: false,
  plan: (array) => [
    ...typed(...planSlowReplace(array, failingDevid, spareOf(array))),
    act('the replace is under way: it is that slow only so that the power cut falls inside it'),
  ],
  run: async (run) => {
    await startSlowReplace(run, failingDevid, spareOf(run.array));
    await run.waitForJournal(recordsAtWork);
  },
};

/** Takes the replaced member out of crypttab; the new one is in it already. */
export const retireOldDisk: Step = {
  name: 'retire-old-disk',
  title: 'Take the old disk out of crypttab',
  phase: 'repair',
  skippable: true,
  plan: (array) => typed(planRemoveFromCrypttab(failingMember(array))),
  run: async (run) => {
    await run.type(planRemoveFromCrypttab(failingMember(run.array)));
  },
};

/** Gives in a line what `btrfs replace status` says. */
export function describeReplace(status: ReplaceStatus): string {
  if (status.state === 'never-started') return 'replace status: never started';
  const progress = 'progressPermille' in status ? ` at ${String(status.progressPermille / 10)} %` : '';
  const { writeErrors, uncorrectableReadErrors } = status;
  return `replace status: ${status.state}${progress}, ${String(writeErrors)} write errors, ${String(uncorrectableReadErrors)} uncorrectable read errors`;
}

/** Gives what the kernel has said of a replace since the machine was switched on. */
export function aboutReplace(run: DrillRun): readonly string[] {
  const texts = run.machine.consoleLines().map((line) => parseConsoleLine(line).text.trim());
  return texts.filter((text) => /^BTRFS.*replace/u.test(text));
}
