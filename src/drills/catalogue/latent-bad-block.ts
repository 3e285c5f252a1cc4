import { describeCounters } from '../../core/btrfs/device-stats.ts';
import { parseReplaceStatus } from '../../core/btrfs/replace-status.ts';
import { parseScrubStart } from '../../core/btrfs/scrub-start.ts';
import { drawLatentDamage } from '../../core/fault/latent-damage.ts';
import { parsePrintedPaths } from '../../core/findutils/printed-paths.ts';
import { findDamagedFiles } from '../../core/kernel/damaged-files.ts';
import { defaultLayout } from '../../core/layout/layout.ts';
import type { MountedArray } from '../../core/plan/array.ts';
import { command } from '../../core/plan/command.ts';
import type { Command } from '../../core/plan/command.ts';
import { lookAt, planReplaceStatus, planScrub } from '../../core/plan/repair.ts';
import type { CommandResult } from '../../machine/guest.ts';
import { readOutput } from '../../storage/type-command.ts';
import type { Drill, Step } from '../drill.ts';
import type { DrillRun } from '../drill-run.ts';
import { buildArray, writePayload } from '../steps/build-steps.ts';
import { mountDegraded, openSurvivors } from '../steps/degraded-steps.ts';
import { memberOf } from '../steps/disks-of.ts';
import { locatePayload } from '../steps/files-on-array.ts';
import { lostDevid, takeDiskOut } from '../steps/lose-disk-steps.ts';
import { act, typed } from '../steps/plan-line.ts';
import { replaceDisk, softBalance, updateCrypttab } from '../steps/replace-steps.ts';
import { resetStats } from '../steps/reset-stats-step.ts';
import { countersSeen } from '../steps/counters.ts';

/** How many files are damaged, and how many blocks of 4 KiB in each: few enough for the kernel to name them all. */
const damage = { fileCount: 2, blocksEach: 2 } as const;

/** Reads each file to its end, as most programs do, and prints the names of those that cannot be read. */
const planReadEverything = (array: MountedArray): Command => planReadWith(array, 'bs=1M');

/**
 * The same, from the disks and in blocks: the cache cannot hide damage, and no read crosses the border of a stripe, where kernel 6.12 and
 * later may lose the error.
 */
const planReadBlocks = (array: MountedArray): Command => planReadWith(array, 'bs=4096', 'iflag=direct');

function planReadWith({ mountPoint }: MountedArray, ...operands: readonly string[]): Command {
  const read = ['dd', 'if={}', 'of=/dev/null', ...operands, 'status=none'];
  return { argv: ['find', mountPoint, '-xdev', '-type', 'f', '!', '-exec', ...read, ';', '-print'], timeoutMs: 600_000 };
}

const planKernelLog = command('dmesg', '--level=warn');

/** Keeps a file's name, owner and mode but frees its blocks: a note of what to restore from the backup. */
function planEmpty(guestPaths: readonly string[]): Command {
  return command('truncate', '--size=0', ...guestPaths);
}

const plantBadBlocks: Step = {
  name: 'plant-bad-blocks',
  title: 'A disk has bad blocks that nobody has read for a long time',
  phase: 'fault',
  skippable: false,
  plan: () => [
    act(
      `corrupt ${String(damage.blocksEach)} blocks of each of ${String(damage.fileCount)} files on one member, below the encryption; work out which files that costs when ${memberSerial} is lost`,
    ),
  ],
  run: async (run) => {
    const files = await locatePayload(run);
    const { devid, at, lost } = drawLatentDamage({ files, lostDevid, ...damage, seed: `${run.seed} latent bad blocks` });
    await run.injectFault({ kind: 'silent-corruption', disk: memberOf(run.array, devid).serial, at });
    run.predictLoss(lost);
    const words = lost.length === 0 ? 'no file: each block has another good copy' : lost.join(', ');
    run.ctx.emit({ type: 'remark-made', text: `Predicted to be lost with ${memberOf(run.array, lostDevid).serial}: ${words}.` });
  },
};

/** The disk that the drill loses. */
const memberSerial = `DISK${String(lostDevid)}`;

const findDamaged: Step = {
  name: 'find-damaged',
  title: 'Find the files that cannot be read, and empty exactly these',
  phase: 'repair',
  skippable: true,
  plan: (array) => [
    ...typed(
      planReplaceStatus(array),
      lookAt(array).deviceStats,
      planScrub(array),
      lookAt(array).deviceStats,
      planKernelLog,
      planReadEverything(array),
      planReadBlocks(array),
      planEmpty(['FILE']),
    ),
    act('note their names: they are to be fetched from the backup'),
    ...typed(command('sync')),
  ],
  run: async (run) => {
    await lookForDamage(run);
    const read = await run.look(
      planReadEverything(run.array),
      () => 'Read as programs read, every file that it does not name seems to be whole.',
    );
    const told = readOutput(run.guest, read, parsePrintedPaths);
    const found = await run.ask(planReadBlocks(run.array), parsePrintedPaths);
    judgeReading(run, told, found);
    judgeDamaged(run, found);
    if (found.length > 0) await run.type(planEmpty(found));
    await run.type(command('sync'));
  },
};

/** What reports the damage, from what reports nothing to what gives names. */
async function lookForDamage(run: DrillRun): Promise<void> {
  await run.look(planReplaceStatus(run.array), (result) => {
    const status = readOutput(run.guest, result, parseReplaceStatus);
    if (status.state !== 'finished') return `It is ${status.state}.`;
    return `It counts ${String(status.uncorrectableReadErrors)} uncorrectable read errors. Whether all data could be read, it does not say.`;
  });
  await run.look(lookAt(run.array).deviceStats, (result) => tellCounters(run, result));
  await run.look(planScrub(run.array), (result) => {
    const { report } = readOutput(run.guest, result, parseScrubStart);
    if (report.state === 'never') return 'It never ran.';
    const { csum, read, corrected, uncorrectable } = report.errors;
    return `Checksum errors ${String(csum)}, read errors ${String(read)}, corrected ${String(corrected)}, uncorrectable ${String(uncorrectable)}: data is ${uncorrectable === 0 ? 'whole' : 'lost'}.`;
  });
  await run.look(lookAt(run.array).deviceStats, (result) => tellCounters(run, result));
  await run.look(planKernelLog, (result) => {
    const named = findDamagedFiles(result.stdout.split('\n'));
    return named.length === 0
      ? 'It names no file.'
      : `It names ${named.join(', ')}. Not all when there are many, and since 6.4 perhaps a neighbour.`;
  });
}

function tellCounters(run: DrillRun, result: CommandResult): string {
  const counters = countersSeen(run, result);
  return describeCounters(counters) || 'Every counter is zero.';
}

/** A program that opens a damaged file must get an error: with wrong bytes and no error it does wrong things. */
function judgeReading(run: DrillRun, told: readonly string[], found: readonly string[]): void {
  const untold = found.filter((guestPath) => !told.includes(guestPath));
  run.judge({
    name: 'reading-tells',
    claim: 'A program that reads a damaged file to its end is given an error, and no wrong bytes',
    outcome: untold.length === 0 ? 'held' : 'broken',
    evidence:
      untold.length === 0
        ? [found.length === 0 ? 'no file is damaged' : `an error for each of ${String(found.length)}`]
        : untold.map((guestPath) => `${guestPath}: read with exit 0, although no copy of it is right`),
  });
}

function judgeDamaged(run: DrillRun, found: readonly string[]): void {
  const { predictedLosses } = run.promised;
  const unforeseen = found.filter((guestPath) => !predictedLosses.includes(guestPath));
  const spared = predictedLosses.filter((guestPath) => !found.includes(guestPath));
  run.judge({
    name: 'damaged-files',
    claim: 'Reading everything, block by block, finds exactly the files that were predicted to be lost',
    outcome: unforeseen.length + spared.length === 0 ? 'held' : 'broken',
    evidence: [
      ...unforeseen.map((guestPath) => `${guestPath}: cannot be read, and was not predicted`),
      ...spared.map((guestPath) => `${guestPath}: predicted to be lost, and can be read`),
      ...(found.length === 0 ? ['everything can be read'] : found.map((guestPath) => `${guestPath}: cannot be read`)),
    ],
  });
}

/** The survivor was not as healthy as everybody thought. */
export const latentBadBlock: Drill = {
  name: 'latent-bad-block',
  promise:
    'When the survivor of a lost disk has bad blocks itself, exactly the files on them are lost, found and named, and everything else is redundant again.',
  symptom: 'A dead disk has been replaced, and now some files give "Input/output error".',
  story: [
    'A disk dies and is replaced. The replace exits 0, its status says "0 uncorr. read errs", the array is mounted, and everybody goes home. But the other disk had bad blocks for months, below files that nobody reads, and no scrub has run. Their good copy was on the disk that died.',
    'The replace copies what it can, leaves out blocks without a good copy, and counts none of them, neither wrong bytes nor read errors. They are in the kernel log, which nobody reads. `btrfs device stats` has it on kernel 6.1; on 6.12 it is counted for the missing disk, which is gone when the replace is over, and every counter is zero. Nothing reports them until somebody opens the file, months later, when the good version is no longer in the backups.',
    'A scrub reports it at once: uncorrectable errors, in its summary, not in its exit code. The kernel log names files, but not all when there are many, and since 6.4 it may name the wrong one: whoever owns the beginning of the 64 KiB in which the bad block lies. There is one way to find them: read every file to its end, block by block and from the disks, and see which gives an input/output error. Do not trust large reads on striped profiles: since 6.12 a read that goes over the border of a stripe can lose its error, and the program is given wrong bytes.',
    'Empty these files, so that the array is clean and the next scrub is meaningful; their names remain as a list of what to restore from the backup. With a third copy (raid1c3) the scrub repairs the blocks, and nothing is lost.',
  ].join('\n\n'),
  wrongMoves: [
    'Don\'t trust "0 uncorr. read errs": the replace says so even if blocks are wrong, or the disk refuses to read them.',
    "Don't throw the dead disk away before the scrub: it may hold the only good copy of exactly these blocks.",
    "Don't run `btrfs check --init-csum-tree` to make the files readable: they become readable, but contain garbage.",
    "Don't delete what the kernel log names: since kernel 6.4 it may name an intact neighbour and omit the damaged file.",
    "Don't look for damage with `cp` or `tar` on raid10: since kernel 6.12 they may read wrong bytes to the end without an error.",
    "Don't look for unreadable files with `grep -r`: it does not report a bad block in the middle of a binary file.",
  ],
  sources: [
    'btrfs-scrub(8)',
    'btrfs-replace(8)',
    'measured: what a replace says of blocks it cannot read (docs/measurements.md)',
    'measured: with medium errors instead of wrong bytes on the survivor the replace exits 0 and says "0 uncorr. read errs" too, on 6.1.192 and 6.12.118',
    'measured: on 6.1.192 the replace counts the blocks in `device stats` of the survivor; on 6.12.118 for the "<missing disk>", and the counters are zero afterwards',
    'measured: on 6.12.118, raid10, the kernel log of replace and scrub named file-000.dat where file-009.dat in the same 64 KiB was damaged; on 6.1.192 it names the block itself',
    'kernel patch "btrfs: scrub: fix incorrectly reported logical/physical address", Qu Wenruo, 2024',
  ],
  tags: ['missing', 'replace', 'corruption', 'scrub', 'balance'],
  layout: defaultLayout,
  layouts: ['raid1', 'raid1-unequal', 'raid1c3', 'raid10'],
  payloadBytes: 16 * 1024 ** 2,
  steps: [
    buildArray,
    writePayload,
    plantBadBlocks,
    takeDiskOut,
    openSurvivors,
    mountDegraded,
    replaceDisk,
    updateCrypttab,
    findDamaged,
    softBalance,
    resetStats,
  ],
  knowledge: [
    {
      kernel: '>=6.12',
      layout: 'raid10',
      verdict: 'broken',
      because:
        'a read that goes over the border of a 64 KiB stripe loses the error of every part but its last: the program is given wrong bytes, and no error. Reading block by block, and a scrub, still find them.',
      breaks: ['reading-tells'],
      source:
        'measured: docs/measurements.md, kernels 6.12.118 and 7.3.4; fs/btrfs/bio.c, btrfs_bio_end_io(), since commit "btrfs: fix error propagation of split bios", Naohiro Aota, 2024',
    },
    {
      layout: 'as-people-have-it',
      verdict: 'broken',
      because:
        'the damaged blocks belong to every reflinked copy and every snapshot that shares them: more is lost than the file, and restoring the file alone leaves them where they are. Each sharer has to be restored, and a read-only snapshot deleted',
      breaks: ['scrub', 'leg-alone-DISK2', 'leg-alone-DISK3'],
      source: 'measured on 6.12.118: the reflinked copies and the snapshot of both files stay unreadable',
    },
  ],
  mayLose: 'The files on bad blocks of the survivor whose only other copy was on the lost disk.',
  proof: 'full',
  repairFrom: 'find-damaged',
  twin: {
    skipStep: 'find-damaged',
    breaks: ['scrub', 'device-stats'],
    because: 'the replace says that all is well, so nobody looks: the array keeps blocks that no disk has right, and nobody knows whose.',
  },
};
