/**
 * The default drill, on the array of a lab: what the seed's script did, done right. Beside it the original script, up to the point where
 * everything looks fine.
 */
import { mountedSubvolume, whyNotWorkable } from '../core/array/why-not-workable.ts';
import type { Unworkable } from '../core/array/why-not-workable.ts';
import { isMissing, parseFilesystemShow } from '../core/btrfs/filesystem-show.ts';
import { parseScrubStart } from '../core/btrfs/scrub-start.ts';
import { RaidlabError } from '../core/failure/failure.ts';
import { degradedInFstab } from '../core/layout/layout-mistakes.ts';
import { oursBelow } from '../core/payload/census.ts';
import type { Census, IsOurs } from '../core/payload/census.ts';
import { planMount, planOpenAsBoot, planUnmount } from '../core/plan/array.ts';
import type { ArrayPlan } from '../core/plan/array.ts';
import { command } from '../core/plan/command.ts';
import type { Command } from '../core/plan/command.ts';
import { lookAt, planScrub } from '../core/plan/repair.ts';
import { judgeScrub } from '../core/proof/judge-scrub.ts';
import { formatSize } from '../core/text/size.ts';
import { journalDirectory } from '../storage/journal.ts';
import { lookAtArray } from '../storage/look-at-array.ts';
import { lookForUnfinishedWork } from '../storage/look-for-unfinished-work.ts';
import { takeCensus } from '../storage/take-census.ts';
import { readOutput } from '../storage/type-command.ts';
import { proofFile } from '../storage/verify-files.ts';
import { replaceMissingDisk } from './catalogue/replace-missing-disk.ts';
import type { Drill, Step, Twin } from './drill.ts';
import type { DrillRun } from './drill-run.ts';
import { buildArray } from './steps/build-steps.ts';
import { mountDegraded } from './steps/degraded-steps.ts';
import { memberOf } from './steps/disks-of.ts';
import { lostDevid } from './steps/lose-disk-steps.ts';
import { act, typed } from './steps/plan-line.ts';
import { softBalance } from './steps/replace-steps.ts';
import { countersSeen } from './steps/counters.ts';

/** Power on, a boot's storage commands, and a look at the state of the array: unsuitable arrays are refused before anything is done to them. */
const openLab: Step = {
  name: 'open-lab',
  title: 'Turn the machine of the lab on, as a boot does, and examine its array',
  phase: 'build',
  skippable: false,
  plan: () => [
    act('power on, with the disks of the lab'),
    ...typed(planOpenAsBoot),
    act('look at members, mounts, profiles, error counters and unfinished work; hash every file on the array'),
  ],
  run: async (run) => {
    await run.boot();
    // The state of the array then says what is wrong, in clearer words.
    await run.try(planOpenAsBoot);
    const { ctx, guest, array } = run;
    const picture = await lookAtArray(ctx, guest, array);
    const { mount, mountPoint } = picture;
    const unfinished = mount === null ? [] : await lookForUnfinishedWork(ctx, guest, { ...array, mountPoint }, run.members);
    refuse(whyNotWorkable(picture, array, unfinished));
    const subvolume = mountedSubvolume(picture);
    const census = await takeCensus(ctx, guest, memberOf(array, lostDevid).mappingGuestDevice);
    refuse(whyNotOurs(census, oursBelow(subvolume, [...run.payload.manifests.keys(), journalDirectory, proofFile])));
    run.adoptArray({ mountPoint, subvolume, census });
    if (mount?.options.includes('degraded') === true) ctx.emit({ type: 'remark-made', text: degradedInFstab });
    ctx.emit({ type: 'remark-made', text: describeCensus(census) });
  },
};

function refuse(reason: Unworkable | null): void {
  if (reason !== null) throw new RaidlabError({ area: 'lab', reason: 'not-as-built', ...reason });
}

/** Says what obstructs the files that raidlab itself writes to the array; null when nothing does. */
function whyNotOurs({ manifest }: Census, isOurs: IsOurs): Unworkable | null {
  const [, taken] = manifest.entries.filter(({ path }) => isOurs(path));
  if (taken === undefined) return null;
  return { why: `${taken.path} already exists on its array, where raidlab writes its own files`, remedy: 'Move it (`raidlab ssh`).' };
}

function describeCensus({ manifest, unread }: Census): string {
  const files = manifest.entries.filter((entry) => entry.kind === 'file' && entry.xxh128 !== null).length;
  const rest = unread.length === 0 ? '' : ` The content of ${String(unread.length)} more files is not covered.`;
  return `On the array are ${String(files)} files of yours, ${formatSize(manifest.sizeBytes)}: the proof compares them, too.${rest}`;
}

function planDegradedForGood({ mountPoint }: ArrayPlan): Command {
  return command('sed', '-i', `s|^\\(\\S* ${mountPoint} btrfs \\S*\\)|\\1,degraded|`, '/etc/fstab');
}

/** As in the seed's script: with `degraded` in fstab, for good. */
const mountDegradedForGood: Step = {
  ...mountDegraded,
  title: 'Put `degraded` into fstab, and mount (as the original script did)',
  plan: (array) => typed(planDegradedForGood(array), planMount(array)),
  run: async (run) => {
    await run.type(planDegradedForGood(run.array));
    await run.type(planMount(run.array));
  },
};

/** Everything that the script, and most people, look at after a replace; all of it says that all is fine. */
const lookAndGoHome: Step = {
  ...softBalance,
  title: 'Check what people usually check, and go home (as the original script did)',
  plan: (array) => {
    const { filesystemShow, deviceStats } = lookAt(array);
    return typed(filesystemShow, deviceStats, planScrub(array), planUnmount(array), planMount(array));
  },
  run: async (run) => {
    await run.look(lookAt(run.array).filesystemShow, (result) =>
      readOutput(run.guest, result, parseFilesystemShow).some(isMissing)
        ? 'A device is missing.'
        : 'Every device is there, none is missing: it looks healthy.',
    );
    await lookAtCounters(run);
    await run.look(planScrub(run.array), (result) => {
      const { outcome } = judgeScrub(readOutput(run.guest, result, parseScrubStart), run.members.length);
      return outcome === 'held' ? 'The scrub has found no error: it looks healthy.' : 'The scrub has found errors.';
    });
    await run.stopJournal();
    await run.type(planUnmount(run.array));
    await run.look(planMount(run.array), (result) =>
      result.exitCode === 0 ? 'It mounts. The script ends here, with exit 0.' : 'It does not mount.',
    );
  },
};

async function lookAtCounters(run: DrillRun): Promise<void> {
  await run.look(lookAt(run.array).deviceStats, (result) => {
    const counters = countersSeen(run, result);
    return counters.length === 0 ? 'No error was counted: it looks healthy.' : 'Errors were counted.';
  });
}

/** What the seed's script did: everything it looks at says that all is fine. */
const asTheSeedDidIt: Twin = {
  instead: [mountDegradedForGood, lookAndGoHome],
  breaks: ['profiles', 'leg-alone-*'],
  because:
    'replace does not restore the profile: what was written while degraded has one copy, although everything people usually check says it is fine.',
};

/** Loses the first disk of a lab, replaces it by the spare, and proves the result, on the lab's own array. */
export const simulateDiskFailure: Drill = {
  ...replaceMissingDisk,
  name: 'simulate-disk-failure',
  promise: 'A disk of the lab can fail and be replaced, and the array then survives the loss of another.',
  steps: [openLab, ...replaceMissingDisk.steps.filter((step) => step !== buildArray)],
  twin: asTheSeedDidIt,
};
