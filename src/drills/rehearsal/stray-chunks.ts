import { parseFilesystemUsage } from '../../core/btrfs/filesystem-usage.ts';
import { chunksOutsideProfile } from '../../core/btrfs/profile-judgement.ts';
import type { RehearsedStrays } from '../../core/facts/rehearsal/rehearsed-array.ts';
import { numberedLinesBytes, planWriteNumberedLines } from '../../core/payload/numbered-lines.ts';
import type { NumberedLines } from '../../core/payload/numbered-lines.ts';
import { furtherMountPoints, planMount, planMountArray, planUnmount } from '../../core/plan/array.ts';
import type { ArrayPlan, MountedArray } from '../../core/plan/array.ts';
import { command } from '../../core/plan/command.ts';
import type { Command } from '../../core/plan/command.ts';
import { planCloseContainer, planCreateContainer } from '../../core/plan/container.ts';
import { lookAt, planReplace, planSoftBalance } from '../../core/plan/repair.ts';
import { describeChunks } from '../../core/proof/judge-profiles.ts';
import { xxh128 } from '../../storage/verify-files.ts';
import type { DrillRun } from '../drill-run.ts';
import type { Step } from '../drill.ts';
import { memberOf } from '../steps/disks-of.ts';
import { typed } from '../steps/plan-line.ts';

/** What is written while a disk is missing, 16 MiB. */
function strayLines({ mountPoint }: MountedArray): NumberedLines {
  return {
    guestPath: `${mountPoint}/written-with-one-copy`,
    text: `${'written while a disk was missing, '.repeat(14)}-`,
    lineCount: 32_000,
  };
}

/** Gives the step that brings an array to chunks of other profiles, as arrays come to them. */
export function leaveStrayChunks(strays: RehearsedStrays): Step {
  const plan = (array: ArrayPlan): readonly Command[] => planStrayChunks(array, strays);
  return {
    name: 'leave-stray-chunks',
    title:
      strays.from.kind === 'degraded'
        ? 'Write without a disk, replace it, and forget the balance'
        : 'Begin to convert the array, and do not end it',
    phase: 'fault',
    skippable: false,
    plan: (array) => typed(...plan(array)),
    run: async (run) => {
      for (const planned of plan(run.array)) await run.type(planned);
      if (strays.from.kind === 'conversion') return;
      const lines = strayLines(run.array);
      run.promiseFile(lines.guestPath, await xxh128(numberedLinesBytes(lines)));
    },
  };
}

function planStrayChunks(array: ArrayPlan, { chunks, from }: RehearsedStrays): readonly Command[] {
  if (from.kind === 'conversion') return [planConvertSome(array, chunks)];
  const holder = memberOf(array, from.holder);
  const number = from.holder === 1 ? 2 : 1;
  const replaced = memberOf(array, number);
  return [
    planUnmount(array),
    planCloseContainer(replaced),
    command('btrfs', 'device', 'scan', '--forget'),
    planMountArray(array, holder.mappingGuestDevice, 'degraded'),
    planWriteNumberedLines(strayLines(array)),
    command('sync'),
    // The new disk takes the place of the old one, and its name.
    ...planCreateContainer(replaced, array.layout),
    planReplace(array, number, replaced.mappingGuestDevice),
    command('umount', array.mountPoint),
    planMount(array),
    ...furtherMountPoints(array.layout).map((mountPoint) => command('mount', mountPoint)),
  ];
}

/** Converts one chunk of each type (`-f`: to fewer copies, too): what an interrupted conversion leaves. An empty one of data would be dropped. */
function planConvertSome({ mountPoint }: MountedArray, chunks: RehearsedStrays['chunks']): Command {
  const letters = { data: 'd', metadata: 'm', system: 's' } as const;
  const filters = new Map(
    chunks.map(({ type, profile }) => [type, `-${letters[type]}convert=${profile},limit=1${type === 'data' ? ',usage=1..100' : ''}`]),
  );
  return command('btrfs', 'balance', 'start', '-f', ...filters.values(), mountPoint);
}

/** Converts chunks of other profiles while every disk is there: what a person should do before one dies. Judges that there were some, and that none is left. */
export const convertStrayChunks: Step = {
  name: 'convert-stray-chunks',
  title: 'Give everything its copies, while every disk is there',
  phase: 'fault',
  skippable: false,
  isBeforehand: true,
  plan: (array) => typed(lookAt(array).filesystemUsage, planSoftBalance(array), lookAt(array).filesystemUsage),
  run: async (run) => {
    const before = await straysIn(run);
    await run.type(planSoftBalance(run.array));
    const after = await straysIn(run);
    run.judge({
      name: 'stray-chunks',
      claim: 'Chunks of other profiles are converted by a soft balance while every disk is there',
      outcome: after.length > 0 ? 'broken' : before.length > 0 ? 'held' : 'inconclusive',
      evidence: [
        `before: ${before.length === 0 ? 'none, so the lab is not like the array' : before.join('; ')}`,
        `after: ${after.length === 0 ? 'none' : after.join('; ')}`,
      ],
    });
  },
};

async function straysIn(run: DrillRun): Promise<readonly string[]> {
  return chunksOutsideProfile(await run.ask(lookAt(run.array).filesystemUsage, parseFilesystemUsage), run.array.layout).map(describeChunks);
}
