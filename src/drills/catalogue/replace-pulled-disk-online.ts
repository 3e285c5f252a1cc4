import { performance } from 'node:perf_hooks';
import { describeCounters } from '../../core/btrfs/device-stats.ts';
import { parseMappingStatus } from '../../core/cryptsetup/status.ts';
import { defaultLayout } from '../../core/layout/layout.ts';
import { command } from '../../core/plan/command.ts';
import type { Command } from '../../core/plan/command.ts';
import { planCloseContainer, planMappingStatus } from '../../core/plan/container.ts';
import type { ContainerPlan } from '../../core/plan/container.ts';
import { lookAt, planCheckDeviceStats } from '../../core/plan/repair.ts';
import { readOutput, tryCommand } from '../../storage/type-command.ts';
import type { Drill, Step } from '../drill.ts';
import type { DrillRun } from '../drill-run.ts';
import { buildArray, startWriter, writePayload } from '../steps/build-steps.ts';
import { lostMemberOf } from '../steps/disks-of.ts';
import { lookAtPulledDisk, recordsWithoutDisk } from '../steps/lose-disk-steps.ts';
import { recordsAtWork } from '../steps/live-writer.ts';
import { act, typed } from '../steps/plan-line.ts';
import { replacePresentDisk, updateCrypttab } from '../steps/replace-steps.ts';
import { resetStats } from '../steps/reset-stats-step.ts';
import { watchFor } from '../steps/watch-for.ts';
import { countersSeen } from '../steps/counters.ts';

/** How soon the error counters must rise, milliseconds: what a monitor that runs every minute can use. */
const alarmWithinMs = 60_000;

/** How soon the mapping must be gone once btrfs has released it, milliseconds. */
const mappingGoneWithinMs = 30_000;

/** The exit code of `btrfs device stats -c` for a counter that is not zero. Source: btrfs-device(8), bit 6. */
const countersNotZero = 64;

/** Pulls the disk while the array is written to, and waits for the one sign of it. */
const pullWhileWriting: Step = {
  name: 'pull-disk',
  title: 'Pull a disk out of the running machine; the error counters raise the alarm',
  phase: 'fault',
  skippable: false,
  plan: (array) => {
    const lost = lostMemberOf(array);
    return [
      act(`pull ${lost.serial} while the live writer writes`),
      ...typed(planCheckDeviceStats(array), lookAt(array).filesystemShow, planMappingStatus(lost), lookAt(array).deviceStats),
    ];
  },
  run: async (run) => {
    const lost = lostMemberOf(run.array);
    await run.waitForJournal(recordsAtWork);
    const pulledMs = performance.now();
    await run.pullDisk(lost.serial);
    await judgeAlarm(run, pulledMs);
    await run.waitForJournal(recordsWithoutDisk);
    await lookAtPulledDisk(run, lost);
  },
};

async function judgeAlarm(run: DrillRun, pulledMs: number): Promise<void> {
  const { ctx, guest } = run;
  const options = { waitingFor: 'the error counters to tell of the pulled disk', withinMs: alarmWithinMs };
  const alarm = await watchFor(ctx, options, pulledMs, async () => {
    const result = await tryCommand(ctx, guest, planCheckDeviceStats(run.array));
    const counters = countersSeen(run, result);
    const counted = describeCounters(counters);
    return {
      done: result.exitCode === countersNotZero && counters.length > 0,
      lastSeen: `exit ${String(result.exitCode)}; ${counted === '' ? 'every counter is zero' : counted}`,
      result,
    };
  });
  run.observe(
    alarm.last.result,
    alarm.last.done ? 'A monitor that asks this is alarmed by the exit status alone.' : 'No alarm: no counter has moved.',
  );
  run.judge({
    name: 'alarm',
    claim: `btrfs device stats -c raises the alarm within ${String(alarmWithinMs / 1000)} s of the pull`,
    outcome: alarm.happened ? 'held' : 'broken',
    evidence: [`after ${(alarm.afterMs / 1000).toFixed(1)} s: ${alarm.last.lastSeen}`, ...alarm.stretched],
  });
}

/** Tells the kernel to drop the dead mapping once nobody holds it: btrfs does until it has another device. */
const deferRemoval: Step = {
  name: 'defer-removal',
  title: 'Have the dead mapping removed once btrfs lets go of it',
  phase: 'repair',
  skippable: false,
  plan: (array) => {
    const lost = lostMemberOf(array);
    return typed(planCloseContainer(lost), planCloseDeferred(lost), planRemoveDeferred(lost));
  },
  run: async (run) => {
    const lost = lostMemberOf(run.array);
    await run.look(planCloseContainer(lost), ({ exitCode }) =>
      exitCode === 0 ? 'The mapping is closed, although btrfs had it open.' : 'Refused: btrfs still has the dead mapping open.',
    );
    await run.look(planCloseDeferred(lost), ({ exitCode }) =>
      exitCode === 0
        ? 'Accepted: the mapping goes when btrfs lets go of it.'
        : `This cryptsetup cannot do it when the disk is gone${exitCode === segmentationFault ? ': it crashes' : ''}. dmsetup can, and needs no header.`,
    );
    await run.type(planRemoveDeferred(lost));
  },
};

/** A process ended by SIGSEGV, as a shell reports it. Measured: cryptsetup 2.7.5, `close --deferred` of a mapping whose disk was pulled. */
const segmentationFault = 139;

function planCloseDeferred({ mappingName }: ContainerPlan): Command {
  return command('cryptsetup', 'close', '--deferred', mappingName);
}

/** Source: dmsetup(8), remove --deferred. */
function planRemoveDeferred({ mappingName }: ContainerPlan): Command {
  return command('dmsetup', 'remove', '--deferred', mappingName);
}

/** The dead mapping went by itself, and the live writer noticed none of it. */
const lookBack: Step = {
  name: 'look-back',
  title: 'The dead mapping is gone; the live writer saw no error',
  phase: 'repair',
  skippable: false,
  plan: (array) => [...typed(planMappingStatus(lostMemberOf(array))), act('stop the live writer, and ask what it saw')],
  run: async (run) => {
    await judgeMappingGone(run);
    await run.waitForJournal(recordsAtWork);
    await run.stopJournal();
    const errors = run.journals.flatMap((journal) => journal.errors);
    const records = run.journals.reduce((sum, journal) => sum + journal.acknowledged, 0);
    run.judge({
      name: 'live-writer',
      claim: 'Who writes to the array sees no error, from the pull to the end of the replace',
      outcome: errors.length === 0 ? 'held' : 'broken',
      evidence: errors.length === 0 ? [`${String(records)} records written and durable, no error`] : errors,
    });
  },
};

async function judgeMappingGone(run: DrillRun): Promise<void> {
  const { ctx, guest } = run;
  const lost = lostMemberOf(run.array);
  const options = { waitingFor: `the mapping ${lost.mappingName} to go`, withinMs: mappingGoneWithinMs };
  const gone = await watchFor(ctx, options, performance.now(), async () => {
    // cryptsetup-status(8): exit 4 when the mapping is not active, and it says so.
    const result = await tryCommand(ctx, guest, planMappingStatus(lost));
    const { state } = readOutput(guest, result, parseMappingStatus);
    return { done: state === 'inactive', lastSeen: `${lost.mappingGuestDevice} is ${state}`, result };
  });
  run.observe(gone.last.result, gone.happened ? 'The dead mapping went by itself.' : 'The dead mapping is still there.');
  run.judge({
    name: 'old-mapping-gone',
    claim: 'The mapping above the dead disk is gone after the replace',
    outcome: gone.happened ? 'held' : 'broken',
    evidence: [gone.last.lastSeen, ...gone.stretched],
  });
}

/** Hot unplug under dm-crypt, replaced without a restart. */
export const replacePulledDiskOnline: Drill = {
  name: 'replace-pulled-disk-online',
  promise: 'A disk pulled out of the running array raises an alarm and is replaced without a restart, during writes.',
  symptom: 'A disk dropped out of the running array. Everything still works; only `btrfs device stats` counts errors.',
  story: [
    'A disk drops out of a running machine: a cable, a backplane, a controller. Nothing happens. The mapping is still there, the array is mounted read-write, every write succeeds, `btrfs filesystem show` lists two healthy devices. Only the error counters show it, so a monitor must read them: `btrfs device stats -c`, exit 64.',
    'There is no need to restart, and one reason not to: the array was mounted with all its members, so btrfs still writes chunks with two copies, one of them to nowhere. After a restart it would have to be mounted degraded, and would begin to write chunks with a single copy.',
    'So the disk is replaced while the array is in service. `cryptsetup close` refuses: btrfs holds the dead mapping. The kernel can be told to remove it once it is free; the replace, with `-r` so that the dead disk is not read first, frees it. Everything that was written meanwhile is copied from the other disk.',
    'Now it looks finished, and it is, as long as the machine runs: crypttab still names the dead disk, and not the new one.',
  ].join('\n\n'),
  wrongMoves: [
    "Don't trust `btrfs filesystem show`: under dm-crypt it reports no missing device, because the mapping is still there.",
    "Don't restart first: the array then has to be mounted degraded, and new data gets a single copy.",
    "Don't push the disk back in and continue: it gets another name, the old mapping stays dead, and its data is stale.",
    "Don't forget crypttab: the next boot opens only what it lists, the new disk is missing, and the array is not mounted.",
  ],
  sources: [
    'btrfs-device(8), section DEVICE STATS, and `stats -c`',
    'btrfs-replace(8), `-r`',
    'dmsetup(8), `remove --deferred`',
    'measured on kernels 6.1, 6.12 and 7.3: a disk pulled under dm-crypt is missing to btrfs on none of them',
    'measured: cryptsetup 2.7.5 crashes (SIGSEGV) in `close --deferred` when the disk below is gone; 2.6.1 does not',
  ],
  tags: ['pull', 'replace', 'luks', 'write-errors'],
  layout: defaultLayout,
  layouts: ['raid1', 'raid1-unequal', 'raid1c3', 'raid10'],
  losesAny: true,
  payloadBytes: 16 * 1024 ** 2,
  steps: [buildArray, writePayload, startWriter, pullWhileWriting, deferRemoval, replacePresentDisk, updateCrypttab, lookBack, resetStats],
  proof: 'full',
  twin: {
    skipStep: 'update-crypttab',
    breaks: ['reboot'],
    because:
      'the running array is whole, but crypttab does not open the new disk: after the next boot a member is missing and the array is not mounted.',
  },
};
