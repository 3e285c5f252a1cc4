import { parseScrubStart } from '../../core/btrfs/scrub-start.ts';
import { planScrub } from '../../core/plan/repair.ts';
import { judgeMendingScrub } from '../../core/proof/judge-scrub.ts';
import { readOutput } from '../../storage/type-command.ts';
import type { Step } from '../drill.ts';
import { typed } from './plan-line.ts';

/** Reads everything and repairs bad checksums from another copy; judged by what the scrub could not repair. */
export const scrubToMend: Step = {
  name: 'scrub',
  title: 'Scrub: repair what one member has wrong from the other copy',
  phase: 'repair',
  skippable: true,
  plan: (array) => typed(planScrub(array)),
  run: async (run) => {
    // Its exit code says nothing about what it found (field notes, 9): the summary is judged.
    run.judge(judgeMendingScrub(readOutput(run.guest, await run.try(planScrub(run.array)), parseScrubStart), run.members.length));
  },
};
