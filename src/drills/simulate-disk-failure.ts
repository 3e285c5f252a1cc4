/**
 * The default drill, on the array of a lab: what the seed's script did, done right. Beside it that script as it was,
 * up to the point where everything looks fine.
 */
import { isMissing, parseFilesystemShow } from '../core/btrfs/filesystem-show.ts';
import type { ShownFilesystem } from '../core/btrfs/filesystem-show.ts';
import { parseScrubStart } from '../core/btrfs/scrub-start.ts';
import { RaidlabError } from '../core/failure.ts';
import { arrayLabel } from '../core/layout.ts';
import type { ArrayPlan } from '../core/plan/array.ts';
import { planMount, planOpenAsBoot, planUnmount } from '../core/plan/array.ts';
import { command } from '../core/plan/command.ts';
import { lookAt, planScrub } from '../core/plan/repair.ts';
import { judgeScrub } from '../core/proof/judge-scrub.ts';
import { readOutput } from '../storage/type-command.ts';
import { replaceMissingDisk } from './catalogue/replace-missing-disk.ts';
import type { Drill, Step, Twin } from './drill.ts';
import type { DrillRun } from './drill-run.ts';
import { buildArray } from './steps/build-steps.ts';
import { mountDegraded } from './steps/degraded-steps.ts';
import { act, typed } from './steps/plan-line.ts';
import { softBalance } from './steps/replace-steps.ts';
import { countersSeen } from './steps/counters.ts';

/** Power on, and what a boot does with the storage. The steps that follow go by the layout: an array that is not as it was built is refused. */
const openLab: Step = {
  name: 'open-lab',
  title: 'Turn the machine of the lab on, as a boot does',
  phase: 'build',
  skippable: false,
  plan: () => [act('power on, with the disks of the lab'), ...typed(planOpenAsBoot, lookAt.filesystemShow)],
  run: async (run) => {
    await run.boot();
    await run.type(planOpenAsBoot);
    requireAsBuilt(run.array, await run.ask(lookAt.filesystemShow, parseFilesystemShow));
  },
};

function requireAsBuilt(array: ArrayPlan, shown: readonly ShownFilesystem[]): void {
  const has = shown.flatMap(({ devices }) => devices.map(({ devid, guestDevice }) => `${String(devid)} ${guestDevice ?? 'missing'}`));
  const built = array.members.map(({ mappingGuestDevice }, index) => `${String(index + 1)} ${mappingGuestDevice}`);
  if (has.toSorted().join() === built.join()) return;
  throw new RaidlabError({
    area: 'lab',
    reason: 'not-as-built',
    why: `the members of its array, by devid, are ${has.join(', ')}; they were built as ${built.join(', ')}`,
  });
}

const planDegradedForGood = command('sed', '-i', `s|^\\(LABEL=${arrayLabel} \\S* btrfs \\S*\\)|\\1,degraded|`, '/etc/fstab');

/** As the seed's script: with `degraded` in fstab, for good. */
const mountDegradedForGood: Step = {
  ...mountDegraded,
  title: 'Put `degraded` into fstab, and mount (as the seed’s script did)',
  plan: () => typed(planDegradedForGood, planMount()),
  run: async (run) => {
    await run.type(planDegradedForGood);
    await run.type(planMount());
  },
};

/** Everything that the script, and most people, look at after a replace; all of it says that it is fine. */
const lookAndGoHome: Step = {
  ...softBalance,
  title: 'Look at what people look at, and go home (as the seed’s script did)',
  plan: () => typed(lookAt.filesystemShow, lookAt.deviceStats, planScrub(), planUnmount(), planMount()),
  run: async (run) => {
    await run.look(lookAt.filesystemShow, (result) =>
      readOutput(run.guest, result, parseFilesystemShow).some(isMissing)
        ? 'A device is missing.'
        : 'Every device is there, none is missing: it looks healthy.',
    );
    await lookAtCounters(run);
    await run.look(planScrub(), (result) => {
      const { outcome } = judgeScrub(readOutput(run.guest, result, parseScrubStart), run.members.length);
      return outcome === 'held' ? 'The scrub has found no error: it looks healthy.' : 'The scrub has found errors.';
    });
    await run.stopJournal();
    await run.type(planUnmount());
    await run.look(planMount(), (result) =>
      result.exitCode === 0 ? 'It mounts. The script ends here, with exit 0.' : 'It does not mount.',
    );
  },
};

async function lookAtCounters(run: DrillRun): Promise<void> {
  await run.look(lookAt.deviceStats, (result) => {
    const counters = countersSeen(run, result);
    return counters.length === 0 ? 'No error was counted: it looks healthy.' : 'Errors were counted.';
  });
}

/** What the seed's script did: everything that it looks at says that it is fine. */
const asTheSeedDidIt: Twin = {
  instead: [mountDegradedForGood, lookAndGoHome],
  breaks: ['profiles', 'leg-alone-*'],
  because:
    'replace does not restore the profile: what was written while degraded has one copy, although everything that people look at says it is fine.',
};

/** Loses the first disk of a lab, replaces it by the spare, and proves the result; the array of the lab is what it is done to. */
export const simulateDiskFailure: Drill = {
  ...replaceMissingDisk,
  name: 'simulate-disk-failure',
  promise: 'A disk of the lab can fail and be replaced, and the array then survives the loss of another.',
  steps: [openLab, ...replaceMissingDisk.steps.filter((step) => step !== buildArray)],
  twin: asTheSeedDidIt,
};
