import { isMissing, parseFilesystemShow } from '../core/btrfs/filesystem-show.ts';
import { nonZeroCounters, parseDeviceStats } from '../core/btrfs/device-stats.ts';
import { parseFilesystemUsage } from '../core/btrfs/filesystem-usage.ts';
import { chunksOutsideProfile } from '../core/btrfs/profile-judgement.ts';
import { defaultLayout } from '../core/layout.ts';
import type { ArrayPlan } from '../core/plan/array.ts';
import { planMount, planMountWith } from '../core/plan/array.ts';
import { command } from '../core/plan/command.ts';
import type { Command } from '../core/plan/command.ts';
import { planAddToCrypttab, planCreateContainer, planOpenContainer, planRemoveFromCrypttab } from '../core/plan/container.ts';
import type { ContainerPlan } from '../core/plan/container.ts';
import { lookAt, planReplace, planSoftBalance } from '../core/plan/repair.ts';
import { describeChunks } from '../core/proof/judge-profiles.ts';
import { readOutput } from '../storage/type-command.ts';
import { buildArray, degradedTree, planExtractTree, startWriter, writePayload, writeTree } from './build-steps.ts';
import type { Drill, Step } from './drill.ts';
import type { DrillRun } from './drill-run.ts';
import { act, typed } from './plan-line.ts';
import { typeReplace } from './type-replace.ts';

/** Records that the live writer must have on the array before the story goes on: it works. */
const recordsAtWork = 5;

/** Records that it must have once the disk is gone: enough that btrfs has met the dead disk. */
const recordsWithoutDisk = 15;

/** The member that is lost. */
const lostDevid = 1;

/** The spare's place among the containers. */
function spareOf(array: ArrayPlan): ContainerPlan {
  return containerAt(array.spares, 0);
}

function containerAt(containers: readonly ContainerPlan[], index: number): ContainerPlan {
  const container = containers[index];
  if (container === undefined) throw new Error(`the layout has no disk number ${String(index + 1)} here`);
  return container;
}

const pullDisk: Step = {
  name: 'pull-disk',
  title: 'Pull a disk out of the running machine',
  phase: 'fault',
  skippable: false,
  plan: (array) => [
    act(`pull ${containerAt(array.members, 0).serial} while the live writer writes`),
    ...typed(lookAt.filesystemShow, command('cryptsetup', 'status', containerAt(array.members, 0).mappingName), lookAt.deviceStats),
  ],
  run: async (run) => {
    const lost = containerAt(run.array.members, 0);
    await run.waitForJournal(recordsAtWork);
    await run.pullDisk(lost.serial);
    await run.waitForJournal(recordsWithoutDisk);
    await lookAtPulledDisk(run, lost);
  },
};

/** What an administrator would look at, and what each look is worth. */
async function lookAtPulledDisk(run: DrillRun, lost: ContainerPlan): Promise<void> {
  await run.look(lookAt.filesystemShow, (result) => {
    const shown = readOutput(run.guest, result, parseFilesystemShow);
    return shown.some(isMissing)
      ? 'It names the missing device.'
      : `It does not know that ${lost.serial} is gone: the mapping above the dead disk is still there.`;
  });
  await run.look(command('cryptsetup', 'status', lost.mappingName), (result) =>
    result.exitCode === 0 ? 'dm-crypt keeps the mapping of a disk that no longer exists.' : 'The mapping is gone.',
  );
  await run.look(lookAt.deviceStats, (result) => {
    const counters = nonZeroCounters(readOutput(run.guest, result, (text) => parseDeviceStats(text, run.members.length)));
    return counters.length === 0
      ? 'Even the error counters say nothing.'
      : `Only here does it show: ${counters.map(({ counter, value }) => `${counter} ${String(value)}`).join(', ')}. Watch these counters.`;
  });
}

const restartWithoutDisk: Step = {
  name: 'restart',
  title: 'Restart without the disk',
  phase: 'fault',
  skippable: false,
  plan: () => [act('orderly shutdown; power on again, the disk stays out')],
  run: async (run) => {
    await run.shutdown();
    await run.boot();
  },
};

const openSurvivors: Step = {
  name: 'open-survivors',
  title: 'Open what is left; the plain mount is refused',
  phase: 'repair',
  skippable: false,
  plan: (array) => typed(...planOpenSurvivors(array), planMount()),
  run: async (run) => {
    for (const planned of planOpenSurvivors(run.array)) await run.type(planned);
    await run.look(planMount(), (result) =>
      result.exitCode === 0
        ? 'It mounts, although a member is missing.'
        : 'The plain mount is refused: btrfs does not start degraded unless it is told to.',
    );
  },
};

function planOpenSurvivors(array: ArrayPlan): readonly Command[] {
  return [...array.members.slice(1).map(planOpenContainer), command('btrfs', 'device', 'scan')];
}

const mountDegraded: Step = {
  name: 'mount-degraded',
  title: 'Mount degraded',
  phase: 'repair',
  skippable: true,
  plan: (array) => typed(planMountWith(containerAt(array.members, 1).mappingGuestDevice, 'degraded')),
  run: async (run) => {
    await run.type(planMountWith(containerAt(run.array.members, 1).mappingGuestDevice, 'degraded'));
  },
};

const writeDegraded: Step = {
  name: 'write-degraded',
  title: 'Write more while degraded',
  phase: 'repair',
  skippable: true,
  plan: () => [
    ...typed(planExtractTree(degradedTree), command('sync')),
    act('start the live writer again: the array is in service during its repair'),
  ],
  run: async (run) => {
    await writeTree(run, degradedTree);
    await run.startJournal();
    await run.waitForJournal(recordsAtWork);
  },
};

const replaceDisk: Step = {
  name: 'replace',
  title: 'Encrypt the spare, replace the missing disk by it',
  phase: 'repair',
  skippable: true,
  plan: (array) =>
    typed(...planCreateContainer(spareOf(array), array.layout.kdf), planReplace(lostDevid, spareOf(array).mappingGuestDevice)),
  run: async (run) => {
    const spare = spareOf(run.array);
    for (const planned of planCreateContainer(spare, run.array.layout.kdf)) await run.type(planned);
    await typeReplace(run, lostDevid, spare);
  },
};

const updateCrypttab: Step = {
  name: 'update-crypttab',
  title: 'Record the new disk in crypttab, take the dead one out',
  phase: 'repair',
  skippable: true,
  plan: (array) => typed(planRemoveFromCrypttab(containerAt(array.members, 0)), planAddToCrypttab(spareOf(array))),
  run: async (run) => {
    await run.type(planRemoveFromCrypttab(containerAt(run.array.members, 0)));
    await run.type(planAddToCrypttab(spareOf(run.array)));
  },
};

const softBalance: Step = {
  name: 'soft-balance',
  title: 'Convert what was written without redundancy (the step most people forget)',
  phase: 'repair',
  skippable: true,
  plan: (array) => typed(lookAt.filesystemUsage, planSoftBalance(array.layout.profile)),
  run: async (run) => {
    await lookAtProfiles(run);
    await run.type(planSoftBalance(run.array.layout.profile));
  },
};

/** The audit before the balance: what the replace left with a single copy. */
async function lookAtProfiles(run: DrillRun): Promise<void> {
  await run.look(lookAt.filesystemUsage, (result) => {
    const outside = chunksOutsideProfile(readOutput(run.guest, result, parseFilesystemUsage), run.array.layout.profile);
    return outside.length === 0
      ? `Every chunk is ${run.array.layout.profile}: here the balance has nothing to do.`
      : `The replace went well, and this has one copy only: ${outside.map(describeChunks).join('; ')}.`;
  });
}

/** The default drill. */
export const replaceMissingDisk: Drill = {
  name: 'replace-missing-disk',
  promise: 'A missing disk can be replaced, and the array then survives the loss of the other one.',
  story: [
    'A disk dies in a running machine. Nothing complains: dm-crypt keeps the mapping, btrfs keeps counting errors, every write succeeds.',
    'After a restart the array does not mount. An administrator mounts it degraded, replaces the disk, sees "0 uncorr. read errs", a clean scrub and a healthy-looking array, and goes home.',
    'But whatever was written meanwhile lies in chunks with a single copy on the old disk. When that one dies, so does the data.',
  ].join(' '),
  sources: ['btrfs-replace(8)', 'btrfs-balance(8), section FILTERS', "measured: failures E1A, E1B, E2, E5 of the project's catalogue"],
  layout: defaultLayout,
  payloadBytes: 32 * 1024 ** 2,
  steps: [
    buildArray,
    writePayload,
    startWriter,
    pullDisk,
    restartWithoutDisk,
    openSurvivors,
    mountDegraded,
    writeDegraded,
    replaceDisk,
    updateCrypttab,
    softBalance,
  ],
  proof: 'full',
  twin: {
    skipStep: 'soft-balance',
    because: 'replace does not restore the profile: what was written while degraded stays in single chunks on the survivor.',
  },
};
