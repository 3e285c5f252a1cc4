/** What the drills about a power cut during a replace have in common. The replaced member is there and works, but is no longer trusted. */
import { parseReplaceStatus } from '../../core/btrfs/replace-status.ts';
import type { ReplaceStatus } from '../../core/btrfs/replace-status.ts';
import { parseConsoleLine } from '../../core/kernel/console-line.ts';
import { defaultLayout } from '../../core/layout/layout.ts';
import { command } from '../../core/plan/command.ts';
import { planAddToCrypttab, planCreateContainer, planRemoveFromCrypttab } from '../../core/plan/container.ts';
import { planReplaceStatus } from '../../core/plan/repair.ts';
import { waitUntil } from '../../machine/wait-until.ts';
import { ask, tryCommand } from '../../storage/type-command.ts';
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
  return replaceLines(run.machine.consoleLines());
}

/** Gives the same from the kernel's log: an installed system tells its console less while it boots. */
export async function aboutReplaceInLog(run: DrillRun): Promise<readonly string[]> {
  const { stdout } = await tryCommand(run.ctx, run.guest, command('dmesg'));
  return replaceLines(stdout.split('\n'));
}

function replaceLines(lines: readonly string[]): readonly string[] {
  return lines.map((line) => parseConsoleLine(line).text.trim()).filter((text) => /^BTRFS.*replace/u.test(text));
}

/** How long the rest of the replace may take, milliseconds; it moves every byte of the array, under emulation. */
const resumedReplaceTimeoutMs = 20 * 60 * 1000;

/** Gives the step that waits for an interrupted replace, which goes on by itself once the array is mounted, and judges that. */
export function finishResumedReplace(kernelWords: (run: DrillRun) => readonly string[] | Promise<readonly string[]>): Step {
  return {
    name: 'finish-replace',
    title: 'Wait for the replace, which goes on by itself',
    phase: 'repair',
    skippable: false,
    plan: (array) => [...typed(planReplaceStatus(array)), act('again, until it has finished')],
    run: async (run) => {
      const resumed = await kernelWords(run);
      // Typed once, so that a refusal is a finding; what follows only looks.
      let status = await run.ask(planReplaceStatus(run.array), parseReplaceStatus);
      const wait = { waitingFor: 'the replace to finish by itself', timeoutMs: resumedReplaceTimeoutMs, intervalMs: 500 };
      await waitUntil(run.ctx, wait, async () => {
        status = await ask(run.ctx, run.guest, planReplaceStatus(run.array), parseReplaceStatus);
        return { done: status.state !== 'started', lastSeen: describeReplace(status) };
      });
      const finished = status.state === 'finished';
      run.judge({
        name: 'replace-resumes',
        claim: 'The replace goes on where it was, by itself, and finishes',
        outcome: finished && resumed.length > 0 ? 'held' : 'broken',
        evidence: [...resumed, describeReplace(status)],
      });
      if (finished) run.replaceMember(failingDevid, spareOf(run.array));
    },
  };
}
