import { defaultLayout } from '../../core/layout/layout.ts';
import type { ArrayPlan, MountedArray } from '../../core/plan/array.ts';
import { planMountArray, planUnmount } from '../../core/plan/array.ts';
import { command } from '../../core/plan/command.ts';
import type { Command } from '../../core/plan/command.ts';
import { planCloseContainer, planOpenContainer } from '../../core/plan/container.ts';
import type { ContainerPlan } from '../../core/plan/container.ts';
import { findCommand, parseFind } from '../../core/payload/find.ts';
import { planWriteNumberedLines } from '../../core/payload/numbered-lines.ts';
import { planForgetDevices, planScanDevices } from '../../core/plan/member.ts';
import { judgeSplitRecognised } from '../../core/proof/judge-split.ts';
import type { HalfSeen } from '../../core/proof/judge-split.ts';
import type { Drill, Step } from '../drill.ts';
import type { DrillRun } from '../drill-run.ts';
import { buildArray, degradedTree, planExtractTree, writePayload, writeTree } from '../steps/build-steps.ts';
import { startStorage } from '../steps/disk-returns-steps.ts';
import { act, typed, typedStep } from '../steps/plan-line.ts';
import { softBalance } from '../steps/replace-steps.ts';
import { planReplaceWiped, replaceWiped } from '../steps/replace-wiped.ts';
import { scrubToMend } from '../steps/scrub-step.ts';
import { inspect, planInspect, planWipeMembers } from '../steps/unmounted-members.ts';

/** The half whose branch is given up: the first disks. */
function losersOf({ members }: ArrayPlan): readonly ContainerPlan[] {
  return members.slice(0, members.length / 2);
}

/** The half whose branch is kept. */
function winnersOf({ members }: ArrayPlan): readonly ContainerPlan[] {
  return members.slice(members.length / 2);
}

function serialsOf(containers: readonly ContainerPlan[]): string {
  return containers.map(({ serial }) => serial).join(' and ');
}

/** What is written to the half that is given up: little, but often, so that its generation gets ahead. */
function losersNotes({ mountPoint }: MountedArray): readonly Command[] {
  return [1, 2, 3, 4, 5].flatMap((number) => [
    planWriteNumberedLines({ guestPath: `${mountPoint}/note-${String(number)}`, text: 'only one half knows this', lineCount: 1000 }),
    command('sync'),
  ]);
}

/** The commands that bring a half up by itself. */
function planStartHalf(array: ArrayPlan, half: readonly ContainerPlan[]): readonly Command[] {
  return [...half.map(planOpenContainer), planScanDevices(), planMountArray(array, firstOf(half).mappingGuestDevice, 'degraded')];
}

function firstOf(half: readonly ContainerPlan[]): ContainerPlan {
  const [first] = half;
  if (first === undefined) throw new Error('half of the array is no disk at all');
  return first;
}

async function startHalf(run: DrillRun, half: readonly ContainerPlan[]): Promise<void> {
  await run.boot();
  for (const planned of planStartHalf(run.array, half)) await run.type(planned);
}

const writeLosers: Step = {
  name: 'write-first-half',
  title: 'The first half comes up alone, is mounted degraded and written',
  phase: 'fault',
  skippable: false,
  plan: (array) => [
    act(`clean shutdown; power on without ${serialsOf(winnersOf(array))}`),
    ...typed(...planStartHalf(array, losersOf(array)), ...losersNotes(array)),
  ],
  run: async (run) => {
    await run.shutdown();
    for (const { serial } of winnersOf(run.array)) await run.pullDisk(serial);
    await startHalf(run, losersOf(run.array));
    for (const planned of losersNotes(run.array)) await run.type(planned);
  },
};

const writeWinners: Step = {
  name: 'write-second-half',
  title: 'The second half comes up alone, is mounted degraded and written',
  phase: 'fault',
  skippable: false,
  plan: (array) => [
    act(`clean shutdown; power on with ${serialsOf(winnersOf(array))}, and without ${serialsOf(losersOf(array))}`),
    ...typed(...planStartHalf(array, winnersOf(array)), planExtractTree(array, degradedTree), command('sync')),
  ],
  run: async (run) => {
    await run.shutdown();
    for (const { serial } of winnersOf(run.array)) await run.insertDisk(serial);
    for (const { serial } of losersOf(run.array)) await run.pullDisk(serial);
    await startHalf(run, winnersOf(run.array));
    await writeTree(run, degradedTree);
  },
};

const allReturn: Step = {
  name: 'all-return',
  title: 'Every disk is back',
  phase: 'fault',
  skippable: false,
  plan: (array) => [act(`clean shutdown; power on with ${serialsOf(array.members)}`)],
  run: async (run) => {
    await run.shutdown();
    for (const { serial } of losersOf(run.array)) await run.insertDisk(serial);
    await run.boot();
  },
};

/** Listed with sizes and times. */
function listFiles({ mountPoint }: MountedArray): Command {
  return { argv: findCommand(mountPoint) };
}

/** The commands that look at a half by itself and close it again: read-only, so that its history does not change. */
function planLookAtHalf(array: ArrayPlan, half: readonly ContainerPlan[]): readonly Command[] {
  return [
    ...planInspect(half),
    planScanDevices(),
    planMountArray(array, firstOf(half).mappingGuestDevice, 'degraded', 'ro'),
    listFiles(array),
    ...planPutAway(array, half),
  ];
}

function planPutAway(array: ArrayPlan, half: readonly ContainerPlan[]): readonly Command[] {
  return [planUnmount(array), ...half.map(planCloseContainer), planForgetDevices()];
}

async function lookAtHalf(run: DrillRun, half: readonly ContainerPlan[]): Promise<HalfSeen> {
  const superBlocks = await inspect(run, half);
  await run.type(planScanDevices());
  await run.type(planMountArray(run.array, firstOf(half).mappingGuestDevice, 'degraded', 'ro'));
  const found = await run.ask(listFiles(run.array), parseFind);
  for (const planned of planPutAway(run.array, half)) await run.type(planned);
  return { name: serialsOf(half), superBlocks, found };
}

const lookAtEachAlone: Step = {
  name: 'look-at-each-alone',
  title: 'Look at each half alone and read-only, before any joint mount',
  phase: 'repair',
  skippable: true,
  plan: (array) => typed(...planLookAtHalf(array, losersOf(array)), ...planLookAtHalf(array, winnersOf(array))),
  run: async (run) => {
    const losers = await lookAtHalf(run, losersOf(run.array));
    run.judge(judgeSplitRecognised(losers, await lookAtHalf(run, winnersOf(run.array))));
  },
};

const wipeLosers = typedStep({
  name: 'wipe-losers',
  title: 'Choose the half to keep, and wipe the other first',
  phase: 'repair',
  skippable: false,
  commands: (array) => [...array.members.map(planOpenContainer), ...planWipeMembers(losersOf(array))],
});

const replaceLosers: Step = {
  name: 'replace-losers',
  title: 'Mount the half that is kept, and replace each wiped disk by itself',
  phase: 'repair',
  skippable: false,
  plan: (array) => typed(...planReplaceWiped(array, losersOf(array))),
  run: async (run) => replaceWiped(run, losersOf(run.array)),
};

const mountTogether: Step = { ...startStorage, name: wipeLosers.name };
const scrubTogether: Step = { ...scrubToMend, name: replaceLosers.name };

/** Both halves of an array were written to, each without the other. */
export const splitBrain: Drill = {
  name: 'split-brain',
  promise: 'Two halves that were written separately are recognised before they meet, and the chosen half keeps every file.',
  symptom: 'Both halves of a mirror were mounted degraded and written, one after the other. Now all disks are there.',
  story: [
    'One morning the machine came up with one half of the disks, was mounted degraded, and somebody worked. The next morning it came up with the other half, was mounted degraded, and somebody worked. On the third morning all disks are there.',
    'Every disk has the same filesystem UUID, every one is whole, and the array mounts: no option, no warning. Then one of the two days is lost: btrfs trusts the disk with the higher generation, and generations count how often something was written, not how valuable it is.',
    'The halves cannot be merged: they have used the same blocks for different things, and a scrub that "corrects" them overwrites one history with pieces of the other. The only safe moment is before the first joint mount.',
    'So open each half alone, mount it read-only, and look at it; copy off what only one half has, while both are whole. Then choose one half, wipe the other first, and only then mount the chosen one and restore its second copies.',
  ].join('\n\n'),
  wrongMoves: [
    "Don't mount both halves together to have a look: the mount decides between them, by generation.",
    "Don't take equal or close generations as a sign that nothing happened: two histories may have counted the same.",
    "Don't scrub: it makes the halves equal by overwriting what may be the better one.",
    "Don't mount the chosen half before the other is wiped: the kernel knows of both, and uses both.",
  ],
  sources: ['btrfs-device(8), scan --forget', 'btrfs-inspect-internal(8), dump-super'],
  tags: ['missing', 'stale', 'split-brain', 'replace', 'balance'],
  layout: defaultLayout,
  // Each half must be mountable without the other: three disks of raid1 or five of raid10 cannot be split like this.
  layouts: ['raid1', 'raid1c3'],
  payloadBytes: 16 * 1024 ** 2,
  steps: [buildArray, writePayload, writeLosers, writeWinners, allReturn, lookAtEachAlone, wipeLosers, replaceLosers, softBalance],
  mayLose: 'What was written on the half that is given up.',
  proof: 'full',
  twin: {
    instead: [mountTogether, scrubTogether],
    breaks: ['files', 'reboot'],
    because: 'in a joint mount the higher generation wins, whatever its value, and the other half is overwritten.',
  },
};
