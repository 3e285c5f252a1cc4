import { parseScrubStart } from '../../core/btrfs/scrub-start.ts';
import { drawBlocks } from '../../core/fault/fault-blocks.ts';
import { defaultLayout } from '../../core/layout/layout.ts';
import type { BlockStat } from '../../core/kernel/block-stat.ts';
import { lookAt, planScrub } from '../../core/plan/repair.ts';
import { formatSize } from '../../core/text/size.ts';
import type { Check } from '../../core/verdict/verdict.ts';
import { rangesOn } from '../../storage/locate-files.ts';
import { readOutput } from '../../storage/type-command.ts';
import type { Drill, Step } from '../drill.ts';
import type { DrillRun } from '../drill-run.ts';
import { buildArray, writePayload } from '../steps/build-steps.ts';
import { askBlockStat, failingDevid, failingMember, planBlockStat, retireDisk } from '../steps/failing-disk-steps.ts';
import { locatePayload } from '../steps/files-on-array.ts';
import { act, typed } from '../steps/plan-line.ts';
import { replaceFailingDisk } from '../steps/replace-steps.ts';
import { resetStats } from '../steps/reset-stats-step.ts';

/** How many blocks of 4 KiB cannot be read. */
const badBlocks = 32;

/** What a replace may read of a disk that it should not read, bytes: its super blocks, and some metadata. */
const allowedReadBytes = 1024 ** 2;

const failReads: Step = {
  name: 'fail-reads',
  title: 'A disk cannot read some of its blocks any more',
  phase: 'fault',
  skippable: false,
  plan: (array) => [
    act(
      `reads of ${String(badBlocks)} blocks of files on ${failingMember(array).serial} fail with a medium error, and go on failing when they were rewritten`,
    ),
    ...typed(planScrub(array), lookAt(array).deviceStats),
  ],
  run: async (run) => {
    const files = await locatePayload(run);
    const within = [...files.values()].flatMap((pieces) => rangesOn(pieces, failingDevid));
    const at = drawBlocks({ within, count: badBlocks, seed: `${run.seed} read errors` });
    await run.injectFault({ kind: 'read-errors', disk: failingMember(run.array).serial, at });
    await lookByScrub(run);
  },
};

/** What the monthly scrub reports. */
async function lookByScrub(run: DrillRun): Promise<void> {
  await run.look(planScrub(run.array), (result) => {
    const { report } = readOutput(run.guest, result, parseScrubStart);
    if (report.state === 'never') return 'It never ran.';
    const { read, corrected, uncorrectable } = report.errors;
    return `Read errors ${String(read)}, corrected ${String(corrected)}, uncorrectable ${String(uncorrectable)}: written again from the other copy. Whether the disk can read it now, it does not say.`;
  });
  await run.look(lookAt(run.array).deviceStats, () => 'The counters name the disk. It is still a member, and is still read.');
}

const replace: Step = {
  ...replaceFailingDisk(failingDevid),
  skippable: false,
  plan: (array) => [...typed(planBlockStat('NAME')), ...replaceFailingDisk(failingDevid).plan(array), ...typed(planBlockStat('NAME'))],
  run: async (run) => {
    const failing = failingMember(run.array);
    const before = await askBlockStat(run, failing);
    await replaceFailingDisk(failingDevid).run(run);
    run.judge(judgeSourceReads(failing.serial, before, await askBlockStat(run, failing)));
  },
};

function judgeSourceReads(serial: string, before: BlockStat, after: BlockStat): Check {
  const readBytes = after.readBytes - before.readBytes;
  return {
    name: 'source-reads',
    claim: `With -r the replace leaves ${serial} alone: it reads less than ${formatSize(allowedReadBytes)} of it`,
    outcome: readBytes < allowedReadBytes ? 'held' : 'broken',
    evidence: [`${formatSize(readBytes)} in ${String(after.reads - before.reads)} reads of ${serial} during the replace`],
  };
}

/** The alternative: the scrub has corrected everything, so the counters are reset, and the disk stays. */
const hope: Step = {
  name: 'replace',
  title: 'The scrub has corrected everything: keep the disk',
  phase: 'repair',
  skippable: false,
  plan: (array) => typed(planScrub(array), lookAt(array).deviceStats),
  run: lookByScrub,
};

/** Replaces a failing disk that is still there, without reading it. */
export const readErrorsOnSource: Drill = {
  name: 'read-errors-on-source',
  promise:
    'A disk with read errors is replaced while it is in the array and while the array is in service, without being read, and nothing is lost.',
  symptom: 'A disk reports read errors: `read_io_errs` in `btrfs device stats`, "medium error" in the kernel log.',
  story: [
    'A disk begins to fail: "critical medium error" in the kernel log, `read_io_errs` in `btrfs device stats`. Applications notice nothing, because btrfs reads the other copy, and rewrites the block. The scrub says "corrected". A healthy disk remaps such a block when it is written; a dying one does not, or only for a day.',
    'The counters are reset, the errors come back, and the disk stays, because it is "only a few blocks". But each of these blocks has one copy now. When the other disk dies first, that is what is lost.',
    'So replace the disk while the other one is healthy. It can stay in the array until then, because what it still has is a second copy. `replace start -r` reads it only if no other disk has a good copy, which spares the dying disk, and saves the time of its retries.',
    'Then add the new disk to crypttab, close the old container, and remove the old disk before somebody takes the wrong one.',
  ].join('\n\n'),
  wrongMoves: [
    "Don't pull the failing disk first: the array is then degraded, new data has one copy, and what the failing disk still had is not there to help.",
    'Don\'t take "corrected" for repaired: the scrub has written the blocks, but not read them again.',
    "Don't reset the counters and wait: what the disk cannot read has one copy, however healthy the array looks.",
    "Don't leave out `-r`: the replace then reads the failing disk from start to end, and each bad block costs the time of its retries.",
  ],
  sources: [
    'btrfs-replace(8), -r',
    'kernel commit "btrfs: dev-replace: properly follow its read mode", merged for 6.4',
    'measured: 32 unreadable blocks were 2432 read errors in a scrub of 6.12.118: what shared a request with a bad block counts too',
    'fstests btrfs/100',
  ],
  tags: ['read-errors', 'replace', 'scrub'],
  layout: defaultLayout,
  layouts: ['raid1', 'raid1-unequal', 'raid1c3', 'raid10'],
  knowledge: [
    {
      kernel: '>=5.11 <6.4',
      verdict: 'broken',
      breaks: ['source-reads'],
      because:
        'before 6.4 the replace read its source whatever `-r` said; 5.10 did not, and nothing between 5.10 and 6.1 was tried. Nothing is lost by that, if the disk lives so long.',
      source:
        'kernel commit "btrfs: dev-replace: properly follow its read mode"; measured: 25.9 MiB in 2270 reads of the source on 6.1.192, 128 KiB in 32 reads on 6.12.118; held on 5.10.223, 2 of 2',
    },
  ],
  payloadBytes: 16 * 1024 ** 2,
  steps: [buildArray, writePayload, failReads, replace, retireDisk, resetStats],
  proof: 'full',
  twin: {
    skipStep: 'retire-disk',
    instead: [hope],
    breaks: ['scrub', 'device-stats', 'leg-alone-DISK2'],
    because: 'the disk cannot read what the scrub wrote: these blocks have one copy, and the disk alone has lost them.',
  },
};
