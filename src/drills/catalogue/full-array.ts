import { parseReplaceStatus } from '../../core/btrfs/replace-status.ts';
import { defaultLayout, equalSizes } from '../../core/layout/layout.ts';
import { command } from '../../core/plan/command.ts';
import { planCreateContainer } from '../../core/plan/container.ts';
import { lookAt, planDropEmptyChunks, planReplace, planReplaceStatus } from '../../core/plan/repair.ts';
import { CommandRefused, describeRefusal } from '../../storage/type-command.ts';
import type { Drill, Step } from '../drill.ts';
import type { DrillRun } from '../drill-run.ts';
import { readMounted } from '../proof/examine-array.ts';
import { buildArray, writePayload } from '../steps/build-steps.ts';
import { describeReplace } from '../steps/crash-in-replace-steps.ts';
import { mountDegraded, openSurvivors } from '../steps/degraded-steps.ts';
import { spareOf } from '../steps/disks-of.ts';
import { checkUsableSpace, fillArray, sparedGuestPath } from '../steps/fill-steps.ts';
import { lostDevid, takeDiskOut } from '../steps/lose-disk-steps.ts';
import { act, typed, typedStep } from '../steps/plan-line.ts';
import { softBalance, updateCrypttab } from '../steps/replace-steps.ts';
import { typeReplace } from '../steps/type-replace.ts';

const diskBytes = 256 * 1024 ** 2;

/** Tries the replace; whether it succeeds depends on the space the kernel needs for it. */
const tryReplace: Step = {
  name: 'replace',
  title: 'Encrypt the spare, try to replace the missing disk with it',
  phase: 'repair',
  skippable: false,
  plan: (array) => [
    ...typed(...planCreateContainer(spareOf(array), array.layout), planReplace(array, lostDevid, spareOf(array).mappingGuestDevice)),
    act('it goes through, or is refused for want of space'),
    ...typed(planReplaceStatus(array), lookAt(array).mountPoint),
  ],
  run: async (run) => {
    for (const planned of planCreateContainer(spareOf(run.array), run.array.layout)) await run.type(planned);
    const refusal = await replaceOrRefusal(run);
    const status = await run.ask(planReplaceStatus(run.array), parseReplaceStatus);
    const mounted = readMounted(run.guest, await run.try(lookAt(run.array).mountPoint));
    const isWritable = mounted?.options.includes('rw') === true;
    run.judge({
      name: 'goes-through-or-is-refused',
      claim: 'The replace goes through, or is refused and leaves the array as it was, read-write',
      outcome: isWritable && status.state === (refusal === null ? 'finished' : 'canceled') ? 'held' : 'broken',
      evidence: [...(refusal ?? []), describeReplace(status), `the array is ${isWritable ? 'read-write' : 'not read-write'}`],
    });
  },
};

/** Gives how the replace was refused, or null when it succeeded. */
async function replaceOrRefusal(run: DrillRun): Promise<readonly string[] | null> {
  try {
    await typeReplace(run, lostDevid, spareOf(run.array));
    return null;
  } catch (error) {
    if (!(error instanceof CommandRefused)) throw error;
    return describeRefusal(error.result);
  }
}

const makeRoom = typedStep({
  name: 'make-room',
  title: 'Delete what can be spared, and give its chunks back',
  phase: 'repair',
  skippable: true,
  commands: (array) => [command('rm', sparedGuestPath(array)), command('sync'), planDropEmptyChunks(array), lookAt(array).filesystemUsage],
});

const replaceAgain: Step = {
  name: 'replace-again',
  title: 'Replace, now that there is room',
  phase: 'repair',
  skippable: false,
  plan: (array) => [
    act('unless it went through the first time'),
    ...typed(planReplace(array, lostDevid, spareOf(array).mappingGuestDevice)),
  ],
  run: async (run) => {
    const isReplaced = run.members.some(({ container }) => container === spareOf(run.array));
    if (!isReplaced) await typeReplace(run, lostDevid, spareOf(run.array));
  },
};

/** A disk of a nearly full array is lost. */
export const fullArray: Drill = {
  name: 'full-array',
  promise: 'On a nearly full array, replacing a missing disk works, or is refused without harm and works once there is room.',
  symptom: '`btrfs replace` on a nearly full array says "No space left on device".',
  story: [
    'The array is nearly full, and a disk dies. The new one is as large as the old one, but `btrfs replace` says "No space left on device".',
    'A replace does not only copy. Each chunk is closed for writing while it is copied, and what is written meanwhile needs a chunk elsewhere. On a degraded array that is one with a single copy, in space that no chunk has yet. `df` may say that there is room: that is room inside chunks. What counts is "Device unallocated" in `btrfs filesystem usage`, and on a full array that is nothing.',
    'The refusal is harmless: the array is as before, degraded and writable. Deleting a large file is half of the solution, because the freed room is inside chunks. The other half is a balance that frees empty chunks: `-dusage=0` copies nothing and needs no room itself, a higher number merges nearly empty chunks.',
    'Then the replace works, and so does the balance afterwards, which needs the same kind of room.',
  ].join('\n\n'),
  wrongMoves: [
    'Don\'t go by `df`: whether a replace or a balance has room to work is shown by "Device unallocated".',
    "Don't keep writing to the full array while it is degraded: every new chunk has one copy, and takes the room that its second copy will need.",
    "Don't add a small disk for the time being: chunks with two copies need unallocated space on two devices, and the full one has none.",
  ],
  sources: [
    'btrfs-balance(8), ENOSPC and the usage filter',
    'fs/btrfs/scrub.c, scrub_enumerate_chunks(): "failed setting block group ro"',
    'measured: kernel 6.12 refuses with 1 MiB unallocated on the survivor at 92 % of df',
    'measured: a degraded replace on a full array (docs/measurements.md)',
    'btrfs-progs issue 362',
    'btrfs-progs issue 870',
  ],
  tags: ['space', 'size', 'missing', 'replace', 'balance'],
  layout: { ...defaultLayout, memberSizesBytes: equalSizes(2, diskBytes), spareSizesBytes: equalSizes(1, diskBytes) },
  layouts: [],
  knowledge: [
    {
      kernel: '<5.11',
      verdict: 'broken',
      breaks: ['procedure'],
      because:
        'on 5.10 the balance that makes room runs out of room itself when it removes the chunk that it emptied, and btrfs forces the filesystem read-only. Nothing between 5.10 and 6.1 was tried.',
      source: 'measured: 2 of 2 on 5.10.223, "error in btrfs_remove_chunk: errno=-28 No space left", then "forced readonly"',
    },
  ],
  payloadBytes: 16 * 1024 ** 2,
  steps: [
    buildArray,
    writePayload,
    checkUsableSpace,
    fillArray({ kept: 0.4, spared: 0.3 }),
    takeDiskOut,
    openSurvivors,
    mountDegraded,
    tryReplace,
    makeRoom,
    replaceAgain,
    updateCrypttab,
    softBalance,
  ],
  proof: 'full',
  repairFrom: 'make-room',
  twin: {
    skipStep: 'make-room',
    breaks: ['procedure'],
    because: 'without unallocated space on the disk that is left the replace is refused every time.',
  },
};
