import { drawLatentDamage } from '../../core/fault/latent-damage.ts';
import { defaultLayout } from '../../core/layout/layout.ts';
import type { ArrayPlan, MountedArray } from '../../core/plan/array.ts';
import { planMountArray, planMountWith, planUnmount } from '../../core/plan/array.ts';
import { command } from '../../core/plan/command.ts';
import type { Command } from '../../core/plan/command.ts';
import { planCreateContainer, planOpenContainer } from '../../core/plan/container.ts';
import { lookAt, planRescueMount } from '../../core/plan/repair.ts';
import { judgeFiles } from '../../core/proof/judge-files.ts';
import { dropCaches, verifyFiles } from '../../storage/verify-files.ts';
import type { Drill, Step } from '../drill.ts';
import type { DrillRun } from '../drill-run.ts';
import { buildArray, startWriter, writePayload } from '../steps/build-steps.ts';
import { memberOf, spareOf } from '../steps/disks-of.ts';
import { locatePayload } from '../steps/files-on-array.ts';
import { recordsAtWork } from '../steps/live-writer.ts';
import { act, typed } from '../steps/plan-line.ts';
import { firstLostDevid, loseFirst, mountWithoutFirst, secondLostDevid } from '../steps/second-loss-steps.ts';
import { needsSlowReplace, planSlowReplace, startSlowReplace } from '../steps/slow-replace.ts';

/** Where the files are copied to: the spare, with a filesystem of its own. */
const rescueGuestPath = '/rescued';

/** How long a replace on a dying disk may take to fail, milliseconds. */
const failingReplaceTimeoutMs = 5 * 60 * 1000;

function survivorOf(array: ArrayPlan) {
  return memberOf(array, secondLostDevid(array));
}

const wearOut: Step = {
  name: 'wear-out',
  title: 'Blocks that one disk cannot read any more, below some files: nobody has read them yet',
  phase: 'fault',
  skippable: false,
  plan: (array) => [act(`${survivorOf(array).serial} answers with an error where it is read below three files; the other disk has them`)],
  run: async (run) => {
    const damage = drawLatentDamage({
      files: await locatePayload(run),
      lostDevid: firstLostDevid(run.array),
      fileCount: 3,
      blocksEach: 2,
      seed: run.seed,
    });
    await run.injectFault({ kind: 'read-errors', disk: survivorOf(run.array).serial, at: damage.at });
    run.predictLoss(damage.lost);
  },
};

const loseSecond: Step = {
  name: 'lose-second',
  title: 'Replace the lost disk; in the middle of it the other one takes no more writes',
  phase: 'fault',
  skippable: false,
  plan: (array) => [
    ...typed(...planCreateContainer(spareOf(array), array.layout), ...planSlowReplace(array, firstLostDevid(array), spareOf(array))),
    act(`the replace is under way, slowed down; every write to ${survivorOf(array).serial} fails from now on`),
    ...typed(lookAt(array).mountPoint),
    act('clean shutdown; power on again'),
  ],
  run: async (run) => {
    for (const planned of planCreateContainer(spareOf(run.array), run.array.layout)) await run.type(planned);
    const { process, hurry } = await startSlowReplace(run, firstLostDevid(run.array), spareOf(run.array));
    // These records are only in the log tree: a mount that must not replay it does not have them.
    await run.waitForJournal(recordsAtWork);
    await run.injectFault({ kind: 'write-errors', disk: survivorOf(run.array).serial });
    // Returns when a write has failed.
    await run.waitForJournal(Number.POSITIVE_INFINITY);
    await hurry();
    const replaced = await process.wait(run.ctx, failingReplaceTimeoutMs);
    run.observe(replaced, replaced.exitCode === 0 ? 'The replace says that it went well.' : 'The replace has failed.');
    await run.look(lookAt(run.array).mountPoint, (result) =>
      /\bro\b/u.test(result.stdout) ? 'The filesystem has stopped itself: read-only.' : 'It is still mounted read-write.',
    );
    await run.shutdown();
    run.predictLoss(run.journals.map(({ guestPath }) => guestPath));
    await run.boot();
  },
};

const mountForRescue: Step = {
  name: 'mount-for-rescue',
  title: 'Mount what is left, read-only, with everything ignored that can be',
  phase: 'repair',
  skippable: false,
  plan: (array) =>
    typed(planOpenContainer(survivorOf(array)), planDegraded(array), planDegradedReadOnly(array), planRescueMount(array, mappingOf(array))),
  run: async (run) => {
    await openAndTry(run);
    await run.type(planRescueMount(run.array, mappingOf(run.array)));
  },
};

/** The twin's mistake: an administrator who knows `ro`, but not `rescue`. */
const mountReadOnly: Step = {
  ...mountForRescue,
  title: 'Mount what is left, read-only',
  plan: (array) => typed(planOpenContainer(survivorOf(array)), planDegraded(array), planDegradedReadOnly(array)),
  run: async (run) => {
    await openAndTry(run);
    await run.type(planDegradedReadOnly(run.array));
  },
};

async function openAndTry(run: DrillRun): Promise<void> {
  await run.type(planOpenContainer(survivorOf(run.array)));
  const meaning = (how: string) => (result: { readonly exitCode: number }) =>
    result.exitCode === 0
      ? `It mounts ${how}.`
      : `It does not mount ${how}: what is in the log tree cannot be written to where it belongs.`;
  await run.look(planDegraded(run.array), meaning('degraded'));
  await run.look(planDegradedReadOnly(run.array), meaning('degraded and read-only'));
}

function mappingOf(array: ArrayPlan): string {
  return survivorOf(array).mappingGuestDevice;
}

function planDegraded(array: ArrayPlan): Command {
  return planMountArray(array, mappingOf(array), 'degraded');
}

function planDegradedReadOnly(array: ArrayPlan): Command {
  return planMountArray(array, mappingOf(array), 'degraded', 'ro');
}

const copyAway: Step = {
  name: 'copy-away',
  title: 'Copy what can be read to the spare, with a filesystem of its own',
  phase: 'repair',
  skippable: false,
  plan: (array) => typed(...planRescueDisk(array), planCopy(array), ...planTurnOver(array)),
  run: async (run) => {
    for (const planned of planRescueDisk(run.array)) await run.type(planned);
    await run.look(planCopy(run.array), (result) =>
      result.exitCode === 0 ? 'Everything could be read.' : 'It names what it could not read, and goes on with the rest.',
    );
    for (const planned of planTurnOver(run.array)) await run.type(planned);
    await dropCaches(run.ctx, run.guest);
    const seen = judgeFiles(await verifyFiles(run.ctx, run.guest, run.promised, spareOf(run.array).mappingGuestDevice));
    run.judge({ ...seen, name: 'salvaged-files', claim: 'Exactly the files that were predicted to be lost are lost' });
  },
};

function planRescueDisk(array: ArrayPlan): readonly Command[] {
  const spare = spareOf(array);
  return [
    planOpenContainer(spare),
    // It still claims to belong to the mounted array, so mkfs would refuse it.
    command('wipefs', '-a', spare.mappingGuestDevice),
    command('mkfs.btrfs', '-q', '-f', '-L', `${array.layout.label}-rescued`, spare.mappingGuestDevice),
    command('mkdir', '-p', rescueGuestPath),
    command('mount', '-t', 'btrfs', spare.mappingGuestDevice, rescueGuestPath),
  ];
}

function planCopy({ mountPoint }: MountedArray): Command {
  return { argv: ['cp', '--archive', `${mountPoint}/.`, rescueGuestPath], timeoutMs: 600_000 };
}

/** The rescued files replace the array. */
function planTurnOver(array: ArrayPlan): readonly Command[] {
  return [command('umount', rescueGuestPath), planUnmount(array), planMountWith(array, spareOf(array).mappingGuestDevice, 'rw')];
}

/** A second disk fails during the replace of the first, and there are two copies: whatever is readable is rescued. */
export const secondDiskFailsSalvage: Drill = {
  name: 'second-disk-fails-salvage',
  promise: 'When the second disk of a mirror fails during the replace, everything it can still read is copied away.',
  symptom: 'The last disk of a mirror fails. Mounting degraded is refused, even read-only.',
  story: [
    'One disk of a mirror is dead. The other, which is as old, has blocks that it cannot read any more, and nobody knows, because nobody has read them. During the replace, the hardest work of its life, the disk stops accepting writes, as worn flash does.',
    'The filesystem stops itself, read-only. The replace may still say that it has finished, and exit 0. After a restart the degraded mount is refused, and so is `degraded,ro`, which surprises many: even a read-only mount replays the log of the last syncs, which means writing.',
    'The disk can still be read, except for those blocks. `rescue=all,ro` mounts it: nothing is written, the log is ignored. Copy everything to another disk at once, before you try anything else. `cp` names what it could not read.',
    'The loss: files with bad blocks, and what applications synced since the last commit, at most 30 seconds.',
  ].join('\n\n'),
  wrongMoves: [
    "Don't run `btrfs check --repair` on the only readable copy: copy first.",
    "Don't mount it again and again in the hope that it works: a dying disk has only so many hours left.",
    "Don't rely on checksums after `rescue=all`: it ignores data checksums, so rotten data is copied as it is.",
    "Don't go without scrubs: the blocks were bad for months, and a scrub would have found them while the other disk still had them.",
  ],
  sources: [
    'btrfs(5), mount option rescue',
    'measured: kernel 6.12 finishes the replace with exit 0 after it has forced the filesystem read-only',
    'fs/btrfs/disk-io.c, btrfs_replay_log()',
  ],
  tags: ['missing', 'replace', 'read-errors', 'write-errors'],
  layout: defaultLayout,
  layouts: [],
  requires: [needsSlowReplace],
  payloadBytes: 16 * 1024 ** 2,
  steps: [buildArray, writePayload, wearOut, loseFirst, mountWithoutFirst, startWriter, loseSecond, mountForRescue, copyAway],
  mayLose: 'The files below which the second disk has blocks that it cannot read, and the records that were synced since the last commit.',
  proof: 'none',
  twin: {
    instead: [mountReadOnly],
    breaks: ['procedure'],
    because: 'a read-only mount replays the log, and the disk takes no writes: without rescue it is refused.',
  },
};
