import { defaultLayout } from '../../core/layout/layout.ts';
import type { MountedArray } from '../../core/plan/array.ts';
import { command } from '../../core/plan/command.ts';
import type { Command } from '../../core/plan/command.ts';
import { numberedLinesBytes, planWriteNumberedLines } from '../../core/payload/numbered-lines.ts';
import type { NumberedLines } from '../../core/payload/numbered-lines.ts';
import { judgeStaleRecognised } from '../../core/proof/judge-super-blocks.ts';
import { xxh128 } from '../../storage/verify-files.ts';
import type { Drill, Step } from '../drill.ts';
import type { DrillRun } from '../drill-run.ts';
import { buildArray, writePayload } from '../steps/build-steps.ts';
import { mountDegraded, openSurvivors } from '../steps/degraded-steps.ts';
import { diskReturns, startStorage } from '../steps/disk-returns-steps.ts';
import { memberOf } from '../steps/disks-of.ts';
import { lostDevid, takeDiskOut } from '../steps/lose-disk-steps.ts';
import { typed } from '../steps/plan-line.ts';
import { softBalance } from '../steps/replace-steps.ts';
import { planReplaceWiped, replaceWiped } from '../steps/replace-wiped.ts';
import { resetStats } from '../steps/reset-stats-step.ts';
import { scrubToMend } from '../steps/scrub-step.ts';
import { inspect, planInspect, planWipeMembers } from '../steps/unmounted-members.ts';

function directoryGuestPath({ mountPoint }: MountedArray): string {
  return `${mountPoint}/images`;
}

/** 2 MiB of lines: a disk image, a database. Old and new have the same size, so every byte is overwritten in place. */
function oldImage(array: MountedArray): NumberedLines {
  return {
    guestPath: `${directoryGuestPath(array)}/guest.raw`,
    text: 'old content, with no checksum that could tell',
    lineCount: 38_000,
  };
}

function newImage(array: MountedArray): NumberedLines {
  return { ...oldImage(array), text: 'new content, with no checksum that could tell' };
}

/** chattr(1), attribute C: new files in such a directory inherit it; they are written in place and have no checksums. */
function planMakeDirectory(array: MountedArray): readonly Command[] {
  const directory = directoryGuestPath(array);
  return [command('mkdir', directory), command('chattr', '+C', directory)];
}

function listAttributes(array: MountedArray): Command {
  return command('lsattr', oldImage(array).guestPath);
}

async function writeImage(run: DrillRun, image: NumberedLines): Promise<void> {
  await run.type(planWriteNumberedLines(image));
  await run.type(command('sync'));
  run.promiseFile(image.guestPath, await xxh128(numberedLinesBytes(image)));
}

const writeNodatacowFile: Step = {
  name: 'write-nodatacow-file',
  title: 'Write a disk image without copy-on-write, as virtual machines have them',
  phase: 'fault',
  skippable: false,
  plan: (array) => typed(...planMakeDirectory(array), planWriteNumberedLines(oldImage(array)), command('sync'), listAttributes(array)),
  run: async (run) => {
    for (const planned of planMakeDirectory(run.array)) await run.type(planned);
    await writeImage(run, oldImage(run.array));
    await run.look(listAttributes(run.array), ({ stdout }) =>
      /^[\w-]*C/u.test(stdout) ? 'It is nodatacow (C): no copy-on-write, no checksums.' : 'It is a file like any other.',
    );
  },
};

const overwriteDegraded: Step = {
  name: 'overwrite-degraded',
  title: 'Write the image over, in place, while the disk is away',
  phase: 'repair',
  skippable: false,
  plan: (array) => typed(planWriteNumberedLines(newImage(array)), command('sync')),
  run: async (run) => writeImage(run, newImage(run.array)),
};

const wipeStaleDisk: Step = {
  name: 'wipe-stale-disk',
  title: 'Find out which disk is stale before anything is mounted, and wipe it',
  phase: 'repair',
  skippable: false,
  plan: (array) => typed(...planInspect(array.members), ...planWipeMembers([memberOf(array, lostDevid)])),
  run: async (run) => {
    const stale = memberOf(run.array, lostDevid);
    run.judge(judgeStaleRecognised(await inspect(run, run.array.members), [stale.mappingGuestDevice]));
    for (const planned of planWipeMembers([stale])) await run.type(planned);
  },
};

const replaceStaleDisk: Step = {
  name: 'replace-stale-disk',
  title: 'Mount without it, and replace it by itself',
  phase: 'repair',
  skippable: false,
  plan: (array) => typed(...planReplaceWiped(array, [memberOf(array, lostDevid)])),
  run: async (run) => replaceWiped(run, [memberOf(run.array, lostDevid)]),
};

const mountAsItIs: Step = { ...startStorage, name: wipeStaleDisk.name };
const scrubInstead: Step = { ...scrubToMend, name: replaceStaleDisk.name };

/** A stale member comes back, and the array has files whose blocks have no checksums. */
export const staleNodatacowFiles: Drill = {
  name: 'stale-nodatacow-files',
  promise: 'After a stale disk has come back, a nodatacow file that was written meanwhile has its new content on every disk.',
  symptom: 'A disk was away and is back, and the array holds nodatacow files: VM images, databases, `chattr +C`.',
  story: [
    'A disk was away for a while and the array was written without it. On it are files without copy-on-write, and so without checksums: images of virtual machines, databases, whatever somebody set `chattr +C` on, or all files under `nodatacow`. They were written over in place.',
    'The disk comes back. The array mounts, a scrub finds some errors and corrects them all, a second one finds none. By every sign that btrfs has, the array is healthy.',
    'It is not. Without checksums a scrub has nothing to compare, and the two copies still differ. Which of them a program reads is decided by its process number: the virtual machine starts with the disk of last week, or with one that is partly of last week, and no error is ever counted.',
    'So the stale disk must not be read again. Find it by its generation before anything is mounted, wipe it, and replace it with itself from the disks that were there all the time.',
  ].join('\n\n'),
  wrongMoves: [
    "Don't mount normally and scrub, as is right for all other files: the scrub says that it corrected everything, but the file is old on one disk and new on the other.",
    "Don't check the file just once: the next process may read the other copy.",
    "Don't run a balance instead: it copies whichever side it happens to read, and then the old content may be on both.",
  ],
  sources: ['btrfs(5), mount option nodatacow', 'chattr(1), attribute C', 'btrfs-inspect-internal(8), dump-super'],
  tags: ['missing', 'stale', 'nodatacow', 'replace', 'scrub'],
  layout: defaultLayout,
  layouts: ['raid1', 'raid1-unequal', 'raid1c3', 'raid10'],
  payloadBytes: 16 * 1024 ** 2,
  steps: [
    buildArray,
    writePayload,
    writeNodatacowFile,
    takeDiskOut,
    openSurvivors,
    mountDegraded,
    overwriteDegraded,
    diskReturns,
    wipeStaleDisk,
    replaceStaleDisk,
    softBalance,
    resetStats,
  ],
  proof: 'full',
  twin: {
    instead: [mountAsItIs, scrubInstead],
    breaks: ['leg-alone-DISK1'],
    because: 'a scrub compares blocks with their checksums, and a nodatacow file has none: the stale copy stays.',
  },
};
