import { parseFilesystemUsage } from '../../core/btrfs/filesystem-usage.ts';
import type { FilesystemUsage } from '../../core/btrfs/filesystem-usage.ts';
import { predictUsableBytes } from '../../core/layout/usable-space.ts';
import type { ArrayLayout } from '../../core/layout/layout.ts';
import { pathBelow } from '../../core/layout/mount-point.ts';
import { numberedLinesBytes, planWriteNumberedLines } from '../../core/payload/numbered-lines.ts';
import type { NumberedLines } from '../../core/payload/numbered-lines.ts';
import type { ArrayPlan, MountedArray } from '../../core/plan/array.ts';
import { command } from '../../core/plan/command.ts';
import type { Command } from '../../core/plan/command.ts';
import { lookAt, planDropEmptyChunks } from '../../core/plan/repair.ts';
import { judgeUsableSpace, predictFreeBytes, predictionToleranceBytes } from '../../core/proof/judge-usable-space.ts';
import type { Allocation } from '../../core/proof/judge-usable-space.ts';
import { formatSize } from '../../core/text/size.ts';
import { readOutput } from '../../storage/type-command.ts';
import { xxh128 } from '../../storage/verify-files.ts';
import type { Step } from '../drill.ts';
import { act, typed, typedStep } from './plan-line.ts';

/** The number of files for what must survive: one command each. */
const keptFileCount = 2;

/** Gives the file that also fills the array, and can be spared if necessary: nobody promises it. */
export function sparedGuestPath({ mountPoint }: MountedArray): string {
  return `${mountPoint}/old-backups`;
}

/** Longer lines are written faster, but the printed command must not be too long. Bytes. */
const lineBytes = 512;

/** The bytes of a numbered line besides its text: nine digits, a space, the line end. */
const lineOverheadBytes = 11;

function attemptGuestPath({ mountPoint }: MountedArray): string {
  return `${mountPoint}/attempt`;
}

/** Deletes what was allocated, and frees its chunks: otherwise other chunks lack the space. */
function planClear(array: MountedArray): readonly Command[] {
  return [command('rm', '--force', attemptGuestPath(array)), command('sync'), planDropEmptyChunks(array)];
}

/** Judges the space for data against the prediction from the disks' sizes, by allocating it. */
export const checkUsableSpace: Step = checkRoom('Find out how much room there is for data', (_, layout) => predictUsableBytes(layout));

/** The same by the rule of thumb: two copies, so half of everything. For the twin of a drill with unequal disks. */
export const checkHalfOfTotal: Step = checkRoom('Expect half of all disks together', (usage) => usage.overall.deviceSizeBytes / 2);

function checkRoom(title: string, usableBytes: (usage: FilesystemUsage, layout: ArrayLayout) => number): Step {
  return {
    name: 'check-usable-space',
    title,
    phase: 'repair',
    skippable: true,
    plan: (array) => [
      ...typed(lookAt(array).filesystemUsage),
      act('allocate slightly less than predicted, then slightly more, without writing'),
      ...typed(...planClear(array)),
    ],
    run: async (run) => {
      const { array } = run;
      const usage = await run.ask(lookAt(array).filesystemUsage, parseFilesystemUsage);
      const predictedBytes = predictFreeBytes(usage, usableBytes(usage, array.layout));
      const allocations: Allocation[] = [];
      for (const sizeBytes of [predictedBytes - predictionToleranceBytes, predictedBytes + predictionToleranceBytes]) {
        const allocated = await run.try(command('fallocate', '--length', String(sizeBytes), attemptGuestPath(array)));
        allocations.push({ sizeBytes, fits: allocated.exitCode === 0 });
        for (const planned of planClear(array)) await run.type(planned);
      }
      run.judge(judgeUsableSpace(predictedBytes, usage, allocations));
    },
  };
}

/** Frees what replace and balance have left empty: without it a scrub has no space on a small array, and stops the filesystem. */
export const giveChunksBack: Step = {
  name: 'give-chunks-back',
  title: 'Free empty chunks, so that a scrub has room',
  phase: 'repair',
  skippable: true,
  plan: (array) => typed(planDropEmptyChunks(array), lookAt(array).filesystemUsage),
  run: async (run) => {
    await run.type(planDropEmptyChunks(run.array));
    await run.look(lookAt(run.array).filesystemUsage, (result) => {
      const { overall } = readOutput(run.guest, result, parseFilesystemUsage);
      return `${formatSize(overall.deviceUnallocatedBytes)} of ${formatSize(overall.deviceSizeBytes)} are in no chunk.`;
    });
  },
};

/** Shares of the disks' capacity. */
export interface FillShares {
  /** For files that must survive. */
  readonly kept: number;
  /** For a file that can be spared. */
  readonly spared: number;
}

/** Gives the step that fills the array with files whose content the host knows. */
export function fillArray(shares: FillShares): Step {
  return {
    name: 'fill',
    title: `Fill the array: ${String(Math.round((shares.kept + shares.spared) * 100))} % of what its disks could hold without metadata`,
    phase: 'fault',
    skippable: false,
    plan: (array) => typed(...fillFiles(array, shares).map(planWriteNumberedLines), command('sync')),
    run: async (run) => {
      for (const file of fillFiles(run.array, shares)) {
        await run.type(planWriteNumberedLines(file));
        if (file.guestPath !== sparedGuestPath(run.array)) run.promiseFile(file.guestPath, await xxh128(numberedLinesBytes(file)));
      }
      await run.type(command('sync'));
    },
  };
}

function fillFiles(array: ArrayPlan, { kept, spared }: FillShares): readonly NumberedLines[] {
  const { layout, mountPoint } = array;
  const fileOf = (guestPath: string, share: number): NumberedLines => ({
    guestPath,
    text: `${pathBelow(guestPath, mountPoint) ?? ''} `
      .repeat(lineBytes)
      .slice(0, lineBytes - lineOverheadBytes - 1)
      .concat('-'),
    lineCount: Math.floor((predictUsableBytes(layout) * share) / lineBytes),
  });
  const keptFiles = Array.from({ length: keptFileCount }, (_, index) =>
    fileOf(`${mountPoint}/fill-${String(index + 1)}`, kept / keptFileCount),
  );
  return [...keptFiles, fileOf(sparedGuestPath(array), spared)];
}

/** Gives the step that takes this much more of the room for data, in chunks without content: nobody promises it. */
export function fillLike(sizeBytes: number): Step {
  return typedStep({
    name: 'fill-like-array',
    title: 'Take as much of the room as on the real array',
    phase: 'build',
    skippable: false,
    commands: ({ mountPoint }) => [command('fallocate', '--length', String(sizeBytes), `${mountPoint}/taken`), command('sync')],
  });
}
