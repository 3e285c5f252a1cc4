import { performance } from 'node:perf_hooks';
import { describeCounters } from '../../core/btrfs/device-stats.ts';
import type { SlowDisk } from '../../core/fault/fault.ts';
import { meanWriteMs } from '../../core/kernel/block-stat.ts';
import type { BlockStat } from '../../core/kernel/block-stat.ts';
import { defaultLayout } from '../../core/layout/layout.ts';
import type { ArrayPlan } from '../../core/plan/array.ts';
import type { PlanLine } from '../../core/plan/drill-plan.ts';
import { lookAt } from '../../core/plan/repair.ts';
import type { Drill, Step } from '../drill.ts';
import type { DrillRun } from '../drill-run.ts';
import { buildArray, startWriter, writePayload } from '../steps/build-steps.ts';
import { askBlockStat, failingDevid, failingMember, planBlockStat, retireDisk } from '../steps/failing-disk-steps.ts';
import { act, typed } from '../steps/plan-line.ts';
import { replaceFailingDisk } from '../steps/replace-steps.ts';
import { countersSeen } from '../steps/counters.ts';

/** Each request waits for the previous one: 200 ms each. */
const requestsPerSecond = 5;

/** The number of records per measurement: of a healthy array, and of one with a slow disk, where a record takes a second. */
const records = { fast: 20, slow: 6 } as const;

/** From here on a disk counts as slow, milliseconds per write on average: half of what the fault causes. */
const slowWriteMs = 100;

function slowFault(array: ArrayPlan): SlowDisk {
  return { kind: 'slow-disk', disk: failingMember(array).serial, requestsPerSecond };
}

const slowDown: Step = {
  name: 'slow-down',
  title: 'A disk answers late, and says nothing',
  phase: 'fault',
  skippable: false,
  plan: (array) => [
    act(`from now on ${failingMember(array).serial} takes 200 ms for each request, one after the other; the live writer writes`),
    ...typed(lookAt(array).deviceStats),
  ],
  run: async (run) => {
    const before = await measureRate(run, records.fast);
    await run.injectFault(slowFault(run.array));
    const after = await measureRate(run, records.slow);
    remark(run, `The live writer made ${before.toFixed(1)} records a second durable; with one slow disk it is ${after.toFixed(1)}.`);
    await run.look(lookAt(run.array).deviceStats, (result) => {
      const counters = countersSeen(run, result);
      return counters.length === 0 ? 'Not one error: late is not wrong, and btrfs waits.' : describeCounters(counters);
    });
  },
};

const findSlow: Step = {
  name: 'find-slow',
  title: 'Ask each disk how long its writes take',
  phase: 'repair',
  skippable: true,
  plan: (array) => planMeasureWrites(array),
  run: async (run) => {
    const times = await measureWrites(run, records.slow);
    const slow = times.filter(({ writeMs }) => writeMs >= slowWriteMs).map(({ serial }) => serial);
    const { serial } = failingMember(run.array);
    run.judge({
      name: 'latency-names-disk',
      claim: `The time that writes take names ${serial}, and no other disk`,
      outcome: slow.length === 1 && slow[0] === serial ? 'held' : 'broken',
      evidence: times.map(describeTime),
    });
  },
};

const measureAgain: Step = {
  name: 'measure-again',
  title: 'Ask each disk again',
  phase: 'repair',
  skippable: true,
  plan: (array) => planMeasureWrites(array),
  run: async (run) => {
    const times = await measureWrites(run, records.fast);
    run.judge({
      name: 'no-slow-disk',
      claim: `No member takes ${String(slowWriteMs)} ms for a write`,
      outcome: times.every(({ writeMs }) => writeMs < slowWriteMs) ? 'held' : 'broken',
      evidence: times.map(describeTime),
    });
  },
};

/** The alternative, since no counter rose: nothing. */
const believeCounters: Step = {
  name: 'replace',
  title: 'No counter says anything: keep the disk',
  phase: 'repair',
  skippable: false,
  plan: (array) => typed(lookAt(array).deviceStats),
  run: async (run) => {
    await run.look(lookAt(run.array).deviceStats, () => 'All zero, as before.');
  },
};

/** The average time of a member's writes; a member without any was not waited for. */
interface WriteTime {
  readonly serial: string;
  readonly writes: number;
  readonly writeMs: number;
}

function planMeasureWrites(array: ArrayPlan): readonly PlanLine[] {
  const looks = typed(...array.members.map(() => planBlockStat('NAME')));
  return [...looks, act('the live writer writes on'), ...looks];
}

async function measureWrites(run: DrillRun, count: number): Promise<readonly WriteTime[]> {
  const before = await askAll(run);
  const rate = await measureRate(run, count);
  const after = await askAll(run);
  remark(run, `The live writer makes ${rate.toFixed(1)} records a second durable.`);
  return run.members.map(({ container: { serial } }, index) => {
    const [earlier, later] = [before[index], after[index]];
    if (earlier === undefined || later === undefined) throw new RangeError('a look at each member');
    return { serial, writes: later.writes - earlier.writes, writeMs: meanWriteMs(earlier, later) ?? 0 };
  });
}

async function askAll(run: DrillRun): Promise<readonly BlockStat[]> {
  const stats: BlockStat[] = [];
  for (const { container } of run.members) stats.push(await askBlockStat(run, container));
  return stats;
}

function describeTime({ serial, writes, writeMs }: WriteTime): string {
  return `${serial}: ${writeMs.toFixed(1)} ms a write, ${String(writes)} writes`;
}

/** Gives how many records per second the live writer makes durable, by timing some. */
async function measureRate(run: DrillRun, count: number): Promise<number> {
  const startedMs = performance.now();
  await run.waitForJournal(count);
  return (count * 1000) / (performance.now() - startedMs);
}

function remark(run: DrillRun, text: string): void {
  run.ctx.emit({ type: 'remark-made', text });
}

/** A slow disk is as bad as a dead one, and nothing reports it. */
export const slowDisk: Drill = {
  name: 'slow-disk',
  promise: 'A disk that answers slowly, without errors, is found by its write times, and replaced while the array is in service.',
  symptom: 'Everything is slow, and nothing reports an error. `iostat -x` shows one disk with long waits.',
  story: [
    'Everything is slow. Applications hang for seconds and go on. The array is mounted read-write, `btrfs device stats` is all zero, the kernel log is empty, a scrub would find nothing. One disk takes 200 ms for each request: it retries internally, its controller resets, or it is the wrong kind of drive. Each fsync waits for the slowest member.',
    'btrfs has no notion of a slow device. It waits as long as it takes, and counts only errors. So look at the times: `iostat -x`, or the numbers it is made from, `/sys/block/NAME/stat`. One disk stands out by a factor of a hundred.',
    'Replace it in service, with `-r`, so that the replace does not read it: at five requests of half a MiB per second a terabyte takes five days. Writes still go to it until the replace is over, so the array is fast again only afterwards.',
  ].join('\n\n'),
  wrongMoves: [
    "Don't wait for an error: a disk that is merely slow never reports one, and smartctl may call it healthy.",
    "Don't replace it without `-r`: the slow disk is then read from start to end.",
    "Don't pull it because it is no good anyway: new data then has one copy less, for no gain.",
    "Don't replace the disk you have suspected all along: only the times show which one it is.",
  ],
  sources: [
    'Documentation/block/stat.rst',
    'btrfs-device(8), DEVICE STATS: errors are counted, times are not',
    'btrfs-replace(8), -r',
    'measured: 177 ms a write on the slow disk and 1.4 ms on the other, 1.5 records a second instead of 8.2, every error counter zero; kernel 6.12.118, the same on 6.1.192',
    'measured: udev looks at the disk that was let go of, and `cryptsetup close` is refused for ten seconds meanwhile',
    'kernel commit "btrfs: dev-replace: properly follow its read mode", merged for 6.4',
  ],
  tags: ['slow', 'replace'],
  layout: defaultLayout,
  layouts: ['raid1', 'raid1-unequal', 'raid1c3', 'raid10'],
  payloadBytes: 16 * 1024 ** 2,
  steps: [buildArray, writePayload, startWriter, slowDown, findSlow, replaceFailingDisk(failingDevid), retireDisk, measureAgain],
  proof: 'full',
  twin: {
    skipStep: 'retire-disk',
    instead: [believeCounters],
    breaks: ['no-slow-disk'],
    because: 'no error is counted, so nothing is done: the disk is as slow as before, and every durable write waits for it.',
  },
};
