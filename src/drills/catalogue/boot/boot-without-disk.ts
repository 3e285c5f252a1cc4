import { setTimeout as delay } from 'node:timers/promises';
import { defaultLayout } from '../../../core/layout/layout.ts';
import { command } from '../../../core/plan/command.ts';
import type { Command } from '../../../core/plan/command.ts';
import { judgeStaysMounted } from '../../../core/proof/judge-boot.ts';
import type { MountLook } from '../../../core/proof/judge-boot.ts';
import { lookAt } from '../../../core/plan/repair.ts';
import { readMounted } from '../../proof/examine-array.ts';
import type { Drill, Step } from '../../drill.ts';
import type { DrillRun } from '../../drill-run.ts';
import { bootWithoutMember, waitForLastJob } from '../../steps/boot/boot-steps.ts';
import { judgeFilesOnArray } from '../../steps/boot/booted-array.ts';
import { waitForSurvivors } from '../../steps/boot/repair-booted.ts';
import { buildArray, writePayload } from '../../steps/build-steps.ts';
import { mountDegraded } from '../../steps/degraded-steps.ts';
import { act, typed } from '../../steps/plan-line.ts';

const daemonReload = command('systemctl', 'daemon-reload');

/** systemd unmounts within milliseconds what it believes must not be mounted. */
const settleMs = 5000;

const stayMounted: Step = {
  name: 'stay-mounted',
  title: 'See whether it stays mounted, and read every file',
  phase: 'repair',
  skippable: false,
  plan: () => [
    act('see what is mounted: at once, when systemd has no job left, and again after the reload'),
    ...typed(daemonReload),
    act('compare every file with the manifest that the host wrote'),
  ],
  run: async (run) => {
    const looks = [await lookAtMount(run, 'at once')];
    const { happened, afterMs, last } = await waitForLastJob(run);
    const later = `${String(Math.round(afterMs / 1000))} s later`;
    looks.push(
      await lookAtMount(run, happened ? `after systemd's last job, ${later}` : `${later}, while systemd waits for ${last.lastSeen}`),
    );
    await run.type(daemonReload);
    await delay(settleMs, undefined, { signal: run.ctx.signal });
    looks.push(await lookAtMount(run, 'after `systemctl daemon-reload`'));
    run.judge(judgeStaysMounted(looks));
    await judgeFilesOnArray(run);
  },
};

async function lookAtMount(run: DrillRun, when: string): Promise<MountLook> {
  const result = await run.look(lookAt(run.array).mountPoint, (seen) =>
    readMounted(run.guest, seen) === null ? 'Nothing is mounted.' : 'It is mounted.',
  );
  return { when, mountPoint: run.array.mountPoint, mounted: readMounted(run.guest, result) };
}

/** What stops a boot where a disk is missing. */
const dropNofail: readonly Command[] = [
  command('sed', '-i', 's/nofail/defaults/', '/etc/fstab'),
  command('sed', '-i', 's/,nofail//', '/etc/crypttab'),
];

const bootWithoutNofail: Step = {
  ...bootWithoutMember,
  plan: (array) => [...typed(...dropNofail), ...bootWithoutMember.plan(array)],
  run: async (run) => {
    for (const planned of dropNofail) await run.type(planned);
    await bootWithoutMember.run(run);
  },
};

/** The machine comes up without a member of its data array. */
export const bootWithoutDisk: Drill = {
  name: 'boot-without-disk',
  promise: 'A machine whose data array lacks a disk boots to its login, and the array can then be mounted degraded by hand.',
  symptom: 'A disk of the data array is missing, and the machine does not come up: `A start job is running for …`, then emergency mode.',
  story: [
    'The machine has its system on a disk of its own, and its data on an array that crypttab opens and fstab mounts. One disk of the array is dead, and somebody has to restart the machine.',
    'udev asks btrfs whether all members are there (64-btrfs.rules), and as long as one is missing, systemd takes the filesystem for a device that has not come yet. It waits for 90 seconds, then gives up. What that means for the rest of the machine is in fstab: without `nofail` the mount is required, and the machine ends in emergency mode, without network, so without ssh.',
    'With `nofail` the login comes, and the array is simply not mounted. `mount -o degraded` by hand works at once: it asks nobody whether the device is ready. Only the remaining disks must be open by then, and the login does not wait for that either.',
  ].join('\n\n'),
  wrongMoves: [
    "Don't write `degraded` into fstab for this: systemd waits for the missing disk all the same.",
    "Don't leave `nofail` out of crypttab: the boot then waits for the missing disk, also when fstab does not.",
  ],
  sources: [
    'systemd.mount(5), nofail; crypttab(5), nofail',
    'https://github.com/systemd/systemd/issues/18466: the wait for a missing member',
    'https://github.com/systemd/systemd/issues/36886: `degraded` in fstab is not asked',
    'https://github.com/systemd/systemd/issues/1741: a mount by hand that is unmounted again',
  ],
  tags: ['boot', 'missing', 'systemd'],
  system: 'installed',
  layout: defaultLayout,
  layouts: ['raid1'],
  onBareDisks: true,
  payloadBytes: 8 * 1024 ** 2,
  steps: [buildArray, writePayload, bootWithoutMember, waitForSurvivors, mountDegraded, stayMounted],
  repairFrom: waitForSurvivors.name,
  proof: 'none',
  twin: {
    instead: [bootWithoutNofail],
    breaks: ['login'],
    because: 'without `nofail` the mount is required: after 90 s the machine ends in emergency mode.',
  },
};
