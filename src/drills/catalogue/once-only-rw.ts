import { parseFilesystemUsage } from '../../core/btrfs/filesystem-usage.ts';
import { chunksOutsideProfile } from '../../core/btrfs/profile-judgement.ts';
import { defaultLayout } from '../../core/layout/layout.ts';
import { planUnmount } from '../../core/plan/array.ts';
import type { MountedArray } from '../../core/plan/array.ts';
import { command } from '../../core/plan/command.ts';
import type { Command } from '../../core/plan/command.ts';
import { lookAt } from '../../core/plan/repair.ts';
import { describeChunks } from '../../core/proof/judge-profiles.ts';
import { describeRefusal, readOutput } from '../../storage/type-command.ts';
import type { Drill, Step } from '../drill.ts';
import type { DrillRun } from '../drill-run.ts';
import { buildArray, degradedTree, planExtractTree, writePayload, writeTree } from '../steps/build-steps.ts';
import { openSurvivors, planMountDegraded } from '../steps/degraded-steps.ts';
import { takeDiskOut } from '../steps/lose-disk-steps.ts';
import { startWriting } from '../steps/live-writer.ts';
import { act, typed } from '../steps/plan-line.ts';
import { replaceAndConvert } from '../steps/replace-steps.ts';

/** How many times it is mounted. Kernels that allowed it once refused the second time. */
const mounts = 3;

/**
 * What a busy array would write in some days, bytes: more than fits into the existing chunks, so that a new one is made with one copy. It
 * is allocated but not written, which is the same to chunks.
 */
const daysOfWritingBytes = 320 * 1024 ** 2;

function daysGuestPath({ mountPoint }: MountedArray): string {
  return `${mountPoint}/days-of-writing`;
}

function planDaysOfWriting(array: MountedArray): Command {
  return command('fallocate', '--length', String(daysOfWritingBytes), daysGuestPath(array));
}

function planDeleteIt(array: MountedArray): Command {
  return command('rm', daysGuestPath(array));
}

const mountAgainAndAgain: Step = {
  name: 'mount-again-and-again',
  title: 'Mount degraded and write, again and again',
  phase: 'repair',
  skippable: false,
  plan: (array) => [
    ...typed(planMountDegraded(array), planDaysOfWriting(array), planExtractTree(array, degradedTree), lookAt(array).filesystemUsage),
    act('the live writer writes, and is stopped'),
    ...typed(planUnmount(array), planMountDegraded(array)),
    act(`and so on: ${String(mounts)} mounts, the last one stays`),
    ...typed(planDeleteIt(array)),
  ],
  run: async (run) => {
    const evidence: string[] = [];
    for (let mount = 1; mount <= mounts; mount += 1) {
      const mounted = await run.try(planMountDegraded(run.array));
      if (mounted.exitCode !== 0) {
        evidence.push(`mount ${String(mount)} is refused`, ...describeRefusal(mounted));
        break;
      }
      await useArray(run, mount);
      evidence.push(`mount ${String(mount)}: read-write, and written`);
      if (mount < mounts) await run.type(planUnmount(run.array));
    }
    await run.try(planDeleteIt(run.array));
    run.judge({
      name: 'degraded-mounts',
      claim: `The degraded array mounts read-write ${String(mounts)} times, not once`,
      outcome: evidence.length === mounts ? 'held' : 'broken',
      evidence,
    });
  },
};

/** A day of the degraded array: files and records are written, and their places examined. */
async function useArray(run: DrillRun, mount: number): Promise<void> {
  if (mount === 1) {
    await run.type(planDaysOfWriting(run.array));
    await writeTree(run, degradedTree);
  }
  await startWriting(run);
  await run.stopJournal();
  await run.look(lookAt(run.array).filesystemUsage, (result) => {
    const outside = chunksOutsideProfile(readOutput(run.guest, result, parseFilesystemUsage), run.array.layout);
    return outside.length === 0 ? 'Nothing has a single copy yet.' : `This has one copy only: ${outside.map(describeChunks).join('; ')}.`;
  });
}

/** The seed's first caveat: may a degraded array be mounted read-write more than once? */
export const onceOnlyRw: Drill = {
  name: 'once-only-rw',
  promise: 'An array with a missing disk can be mounted read-write as often as it takes, and is redundant again when the disk is replaced.',
  symptom: 'A disk is missing, and the array has to be mounted degraded more than once.',
  story: [
    'A disk is missing, and the array is mounted degraded. The administrator restarts the machine once, to look at the cables, before the new disk is there, and mounts it degraded again.',
    'With kernels before 4.14 that was the end: the second read-write mount was refused, permanently. The first one had made chunks with a single copy, and the kernel, seeing a profile that bears no loss and a disk that was lost, refused without looking whether those chunks were on the lost disk. The only way out was to mount read-only, copy everything away and recreate the array. Many guides still warn of it, rightly when they were written.',
    'Since 4.14 every chunk is checked by itself, and the array can be mounted as often as it takes. But the reason for the warning remains: what is written without the second disk may have one copy, even after the replace, until a balance converts it.',
  ].join('\n\n'),
  wrongMoves: [
    "Don't assume that everything is repaired because the array mounts every time: chunks with a single copy stay as they are.",
    "Don't put `degraded` into fstab to make restarts easier: a boot then mounts without a disk that is merely late.",
  ],
  sources: [
    'btrfs wiki, Gotchas: raid1 volumes only mountable once RW if degraded',
    'kernel commit 21634a19f646 (4.14): the check for a degraded mount is made chunk by chunk',
    'measured: degraded mounts make no single chunks by themselves (docs/measurements.md)',
  ],
  tags: ['missing', 'replace', 'balance'],
  layout: defaultLayout,
  layouts: ['raid1'],
  knowledge: [
    {
      kernel: '<4.14',
      verdict: 'broken',
      because: 'the kernel refuses the second read-write mount as soon as there is one chunk with a single copy.',
      breaks: ['degraded-mounts'],
      source: 'kernel commit 21634a19f646, in 4.14',
    },
  ],
  payloadBytes: 16 * 1024 ** 2,
  steps: [buildArray, writePayload, takeDiskOut, openSurvivors, mountAgainAndAgain, ...replaceAndConvert],
  proof: 'full',
  twin: {
    skipStep: 'soft-balance',
    breaks: ['profiles', 'leg-alone-*'],
    because: 'it mounts any number of times, but what was written without the second disk keeps its single copy.',
  },
};
