import { parseScrubStart } from '../../core/btrfs/scrub-start.ts';
import type { ScrubResult } from '../../core/btrfs/scrub-start.ts';
import { drawBlocks } from '../../core/fault/fault-blocks.ts';
import { defaultLayout } from '../../core/layout/layout.ts';
import type { Command } from '../../core/plan/command.ts';
import { lookAt, planReadOnlyScrub, planScrub } from '../../core/plan/repair.ts';
import { judgeScrub } from '../../core/proof/judge-scrub.ts';
import type { Check } from '../../core/verdict/verdict.ts';
import { rangesOn } from '../../storage/locate-files.ts';
import { readOutput } from '../../storage/type-command.ts';
import type { Drill, Step } from '../drill.ts';
import type { DrillRun } from '../drill-run.ts';
import { buildArray, writePayload } from '../steps/build-steps.ts';
import { failingDevid, failingMember } from '../steps/failing-disk-steps.ts';
import { locatePayload } from '../steps/files-on-array.ts';
import { act, typed } from '../steps/plan-line.ts';
import { resetStats } from '../steps/reset-stats-step.ts';

/** How many blocks of 4 KiB are corrupted: enough to affect many files. */
const corruptedBlocks = 64;

const corruptLeg: Step = {
  name: 'corrupt-leg',
  title: 'Corrupt files on one disk, without a word of it from the disk',
  phase: 'fault',
  skippable: false,
  plan: (array) => [
    act(
      `corrupt ${String(corruptedBlocks)} blocks of files on ${failingMember(array).serial}, below the encryption; the array is in service`,
    ),
    ...typed(lookAt(array).deviceStats),
  ],
  run: async (run) => {
    const files = await locatePayload(run);
    const within = [...files.values()].flatMap((pieces) => rangesOn(pieces, failingDevid));
    const at = drawBlocks({ within, count: corruptedBlocks, seed: `${run.seed} silent corruption` });
    await run.injectFault({ kind: 'silent-corruption', disk: failingMember(run.array).serial, at });
    await run.look(lookAt(run.array).deviceStats, () => 'Nobody has read the blocks, so nobody has counted anything.');
  },
};

const scrub: Step = {
  name: 'scrub',
  title: 'Scrub: read every copy, and mend what is not as its checksum says',
  phase: 'repair',
  skippable: true,
  plan: (array) => typed(planScrub(array)),
  run: async (run) => {
    run.judge(judgeCorrected(await typeScrub(run, planScrub(run.array))));
  },
};

/** The scrub that only looks: it finds everything, exits 0, may call it corrected, and fixes nothing. */
const onlyLook: Step = {
  ...scrub,
  title: 'Scrub, read-only: it exits 0',
  plan: (array) => typed(planReadOnlyScrub(array)),
  run: async (run) => {
    run.judge(judgeCorrected(await typeScrub(run, planReadOnlyScrub(run.array))));
  },
};

/** A second scrub, which could not fix anything, finds nothing: the first one really fixed it. */
const scrubAgain: Step = {
  name: 'scrub-again',
  title: 'Scrub again, read-only: nothing is left to find',
  phase: 'repair',
  skippable: true,
  plan: (array) => typed(planReadOnlyScrub(array)),
  run: async (run) => {
    const result = await typeScrub(run, planReadOnlyScrub(run.array));
    run.judge({ ...judgeScrub(result, run.members.length), name: 'second-scrub' });
  },
};

/** Its exit code says nothing about what it found (field notes, 9): the summary is judged. */
async function typeScrub(run: DrillRun, planned: Command): Promise<ScrubResult> {
  return readOutput(run.guest, await run.try(planned), parseScrubStart);
}

function judgeCorrected({ done, report }: ScrubResult): Check {
  const name = 'corrected-blocks';
  const claim = `The scrub finds and corrects exactly the ${String(corruptedBlocks)} blocks that were corrupted`;
  if (report.state === 'never') return { name, claim, outcome: 'broken', evidence: ['it never ran'] };
  const { csum, corrected, uncorrectable, ...others } = report.errors;
  const held =
    done && csum === corruptedBlocks && corrected === csum && uncorrectable === 0 && Object.values(others).every((count) => count === 0);
  return {
    name,
    claim,
    outcome: held ? 'held' : 'broken',
    evidence: [
      `${report.state}: csum ${String(csum)}, corrected ${String(corrected)}, uncorrectable ${String(uncorrectable)}`,
      Object.entries(others)
        .map(([kind, count]) => `${kind} ${String(count)}`)
        .join(', '),
    ],
  };
}

/** A disk rots silently, and a scrub fixes it. */
export const silentCorruption: Drill = {
  name: 'silent-corruption',
  promise: 'When a disk returns wrong bytes, a scrub finds and corrects every block, and that disk alone then serves everything.',
  symptom: '`btrfs device stats` shows `corruption_errs`, or the kernel log says "csum failed".',
  story: [
    'A disk returns wrong bytes and says that they are right: a firmware that lost a write, a cable, a flipped bit. Nothing shows it. Counters are zero, and most reads are right, because half of them ask the other disk. If a read hits a wrong block, btrfs detects it by the checksum, uses the other copy, and writes it back; the application notices nothing.',
    'So reading repairs only what is read, on the disk that happened to be asked. What nobody reads stays wrong, until the other disk dies and the wrong copy is the only one.',
    'A scrub reads every copy. It exits 0 whether it found errors or not: look at its summary, at `btrfs device stats` and at the kernel log, which names the files. A read-only scrub (`-r`) exits 0 as well, on newer kernels even says "Corrected", but has repaired nothing.',
    'When a second scrub finds nothing, the counters are set to zero, so that the next error is seen. Watch the disk: it may do this again.',
  ].join('\n\n'),
  wrongMoves: [
    "Don't go by the exit code: `btrfs scrub start -B` exits 0 with 64 corrected errors.",
    'Don\'t scrub read-only to be careful: `-r` repairs nothing, though on kernel 6.12 its summary says "Corrected: 64".',
    "Don't read the files as a test instead: each is read from one disk only, and the other copy stays wrong.",
    "Don't run `btrfs check --repair`: there is nothing for it to repair, and much to damage.",
  ],
  sources: [
    'btrfs-scrub(8)',
    'btrfs-device(8), section DEVICE STATS',
    'measured: `btrfs scrub start -r` of 64 bad blocks says "Corrected: 0" on kernel 6.1.192 and "Corrected: 64" on 6.12.118, and mends none on either',
  ],
  tags: ['corruption', 'scrub'],
  layout: defaultLayout,
  layouts: ['raid1', 'raid1-unequal', 'raid1c3', 'raid10'],
  payloadBytes: 16 * 1024 ** 2,
  steps: [buildArray, writePayload, corruptLeg, scrub, scrubAgain, resetStats],
  proof: 'full',
  twin: {
    instead: [onlyLook],
    breaks: ['second-scrub', 'scrub', 'leg-alone-DISK2'],
    because: 'a read-only scrub finds every block, exits 0, and leaves the disk as it is: alone it has lost these files.',
  },
};
