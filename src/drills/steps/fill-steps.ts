import { parseFilesystemUsage } from '../../core/btrfs/filesystem-usage.ts';
import { arrayGuestPath, predictUsableBytes } from '../../core/layout.ts';
import type { ArrayLayout } from '../../core/layout.ts';
import { numberedLinesBytes, planWriteNumberedLines } from '../../core/payload/numbered-lines.ts';
import type { NumberedLines } from '../../core/payload/numbered-lines.ts';
import { command } from '../../core/plan/command.ts';
import { lookAt } from '../../core/plan/repair.ts';
import { judgeUsableSpace } from '../../core/proof/judge-usable-space.ts';
import { xxh128 } from '../../storage/verify-files.ts';
import type { Step } from '../drill.ts';
import { typed } from './plan-line.ts';

/** In how many files: a command each. */
const fillFileCount = 3;

/** Longer lines are written sooner; a command that is printed must not be too long for that. Bytes. */
const lineBytes = 512;

/** The bytes of a numbered line beside its text: nine digits, a space, the end. */
const lineOverheadBytes = 11;

/** Judges the room for data against what the sizes of the disks promise. */
export const checkUsableSpace: Step = {
  name: 'check-usable-space',
  title: 'Compare the room for data with what the disks promise',
  phase: 'repair',
  skippable: true,
  plan: () => typed(lookAt.filesystemUsage),
  run: async (run) => {
    run.judge(judgeUsableSpace(await run.ask(lookAt.filesystemUsage, parseFilesystemUsage), run.array.layout));
  },
};

/** Gives the step that fills the array, with files whose content the host knows, to a share of what its disks can hold. */
export function fillArray(share: number): Step {
  return {
    name: 'fill',
    title: `Fill the array to ${String(Math.round(share * 100))} % of what its disks can hold`,
    phase: 'fault',
    skippable: false,
    plan: ({ layout }) => typed(...fillFiles(layout, share).map(planWriteNumberedLines), command('sync')),
    run: async (run) => {
      for (const file of fillFiles(run.array.layout, share)) {
        await run.type(planWriteNumberedLines(file));
        run.promiseFile(file.guestPath, await xxh128(numberedLinesBytes(file)));
      }
      await run.type(command('sync'));
    },
  };
}

function fillFiles(layout: ArrayLayout, share: number): readonly NumberedLines[] {
  const fileBytes = (predictUsableBytes(layout) * share) / fillFileCount;
  return Array.from({ length: fillFileCount }, (_, index) => ({
    guestPath: `${arrayGuestPath}/fill-${String(index + 1)}`,
    text: `fill file ${String(index + 1)} `
      .repeat(lineBytes)
      .slice(0, lineBytes - lineOverheadBytes - 1)
      .concat('-'),
    lineCount: Math.floor(fileBytes / lineBytes),
  }));
}
