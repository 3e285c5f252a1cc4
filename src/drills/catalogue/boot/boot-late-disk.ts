import { performance } from 'node:perf_hooks';
import { setTimeout as delay } from 'node:timers/promises';
import { defaultLayout } from '../../../core/layout/layout.ts';
import { command } from '../../../core/plan/command.ts';
import type { Command } from '../../../core/plan/command.ts';
import { planMount, planUnmount } from '../../../core/plan/array.ts';
import type { ArrayPlan } from '../../../core/plan/array.ts';
import { memberDeviceOf } from '../../../core/plan/container.ts';
import { planDumpSuper } from '../../../core/plan/member.ts';
import { planListJobs } from '../../../core/systemd/list-jobs.ts';
import { dropCaches } from '../../../storage/verify-files.ts';
import type { Drill, Step } from '../../drill.ts';
import type { DrillRun } from '../../drill-run.ts';
import { mountedArray } from '../../proof/examine-array.ts';
import { bootQuestions, judgeBoot, lookAtJobs, powerOn, waitForLastJob, waitForLastJobLine } from '../../steps/boot/boot-steps.ts';
import { bootedArrayLines, judgeBootedArray } from '../../steps/boot/booted-array.ts';
import { buildArray, degradedTree, planExtractTree, writePayload, writeTree } from '../../steps/build-steps.ts';
import { lostMemberOf } from '../../steps/disks-of.ts';
import { act, typed } from '../../steps/plan-line.ts';
import { judgeLastWritten } from '../../steps/unmounted-members.ts';
import { watchFor } from '../../steps/watch-for.ts';

/** How late the disk is, from when the system begins to look for disks; a USB enclosure or a worn power supply takes as long. */
const lateMs = 30_000;

const bootWithLateDisk: Step = {
  name: 'boot-with-late-disk',
  title: 'Restart; a disk comes 30 s late',
  phase: 'fault',
  skippable: false,
  plan: (array) => {
    const { serial } = lostMemberOf(array);
    return [act(`clean shutdown; power on without ${serial}, which comes 30 s after systemd has begun`), ...typed(...bootQuestions)];
  },
  run: async (run) => {
    const booting = await bootWithoutIt(run);
    await run.insertDisk(lostMemberOf(run.array).serial, { isBooting: true });
    await judgeBoot(run, booting);
  },
};

/** Powers on without the disk, and gives the boot when the disk is late. */
async function bootWithoutIt(run: DrillRun): Promise<Awaited<ReturnType<typeof powerOn>>> {
  await run.shutdown();
  await run.pullDisk(lostMemberOf(run.array).serial);
  const booting = await powerOn(run);
  await booting.systemBegan;
  await delay(lateMs, undefined, { signal: run.ctx.signal });
  return booting;
}

const waitForArray: Step = {
  name: 'wait-for-array',
  title: 'See what systemd still waits for, and wait for it',
  phase: 'repair',
  skippable: false,
  plan: () => [...typed(planListJobs), waitForLastJobLine],
  run: async (run) => {
    await lookAtJobs(run);
    await waitForLastJob(run);
  },
};

const useArray: Step = {
  name: 'use-array',
  title: 'Look at the array, and write to it',
  phase: 'repair',
  skippable: false,
  isForProof: true,
  plan: (array) => bootedArrayLines(array, [planExtractTree(array, degradedTree), command('sync')]),
  run: async (run) =>
    judgeBootedArray(run, async () => {
      await writeTree(run, degradedTree);
      await dropCaches(run.ctx, run.guest);
    }),
};

function memberDevices({ layout, members }: ArrayPlan): readonly string[] {
  return members.map((member) => memberDeviceOf(layout, member));
}

const compareMembers: Step = {
  name: 'compare-members',
  title: 'See whether every member was written',
  phase: 'repair',
  skippable: false,
  plan: (array) => typed(planUnmount(array), ...memberDevices(array).map(planDumpSuper), planMount(array)),
  run: async (run) => {
    // Unmounted: no transaction comes between two looks.
    await run.type(planUnmount(run.array));
    await judgeLastWritten(run, memberDevices(run.array));
    await run.type(planMount(run.array));
  },
};

/** What people write who want a boot that does not wait: `degraded`, and no rule that asks whether all members are there. */
const mountDegradedAtOnce: readonly Command[] = [
  command('sed', '-i', 's/nofail/nofail,degraded/', '/etc/fstab'),
  command('ln', '-s', '/dev/null', '/etc/udev/rules.d/64-btrfs.rules'),
];

/** On a slow host the disk that is there is opened late, too, and the other one would not be late any more. */
const mountedWithinMs = 90_000;

const bootDegraded: Step = {
  ...bootWithLateDisk,
  plan: (array) => [...typed(...mountDegradedAtOnce), ...bootWithLateDisk.plan(array)],
  run: async (run) => {
    for (const planned of mountDegradedAtOnce) await run.type(planned);
    await judgeBoot(run, await bootWithoutIt(run));
    await watchFor(run.ctx, { waitingFor: 'the array to be mounted', withinMs: mountedWithinMs }, performance.now(), async () => {
      const done = (await mountedArray(run, run.guest)) !== null;
      return { done, lastSeen: done ? 'it is mounted' : 'it is not mounted' };
    });
    await run.insertDisk(lostMemberOf(run.array).serial);
  },
};

/** A member of the data array is slow to come. */
export const bootLateDisk: Drill = {
  name: 'boot-late-disk',
  promise: 'A disk that comes 30 s late is waited for, and the array is mounted whole.',
  symptom: 'One disk of the array needs half a minute longer than the others to come up.',
  story: [
    'An enclosure that spins its disks up one after the other, a hub that resets itself: at power-on one disk of the array is not there yet. Half a minute later it is.',
    'udev asks btrfs whether all members are there (64-btrfs.rules), so systemd waits with the mount, 90 seconds by default. With `nofail` the login does not wait for it. When the disk comes, its container is opened, and the array is mounted with all its members, by itself.',
    'Whoever has met the wait with a dead disk is tempted to switch it off: `degraded` in fstab, and the udev rule masked. From then on a disk that is merely late is as good as dead: half of the array is mounted, and only that half is written.',
    'And nobody says so. When the disk comes and its container is opened, the kernel lists it as a member: `btrfs filesystem show` has all devices, `usage` misses none, every chunk has its profile, every file reads right. Two things show it: `degraded` among the options of the mount, and, once it is unmounted, a generation that is behind (`btrfs inspect-internal dump-super`). Mounted again, the array has a stale member: that is the drill stale-disk-returns.',
  ].join('\n\n'),
  wrongMoves: [
    "Don't mask 64-btrfs.rules and write `degraded` into fstab: the next disk that is late is left behind, and what is written from then on has a single copy.",
    "Don't take a complete `btrfs filesystem show` for an array that is whole: a disk that came after a degraded mount is listed, and is not written.",
  ],
  sources: [
    'systemd.mount(5), x-systemd.device-timeout',
    'https://github.com/systemd/systemd/issues/36886: `degraded` in fstab alone is not asked',
    'https://github.com/kdave/btrfs-progs/issues/264: the udev rule',
    'fs/btrfs/volumes.c, device_list_add(): a missing device that appears is no longer counted as missing, and is not opened',
  ],
  tags: ['boot', 'late', 'systemd'],
  system: 'installed',
  layout: defaultLayout,
  layouts: ['raid1'],
  onBareDisks: true,
  payloadBytes: 8 * 1024 ** 2,
  steps: [buildArray, writePayload, bootWithLateDisk, waitForArray, useArray, compareMembers],
  proof: 'none',
  twin: {
    instead: [bootDegraded],
    breaks: ['generations'],
    because:
      'mounted degraded at once, the array leaves the late disk behind: it is not written, and in an open container it is listed as a member all the same.',
  },
};
