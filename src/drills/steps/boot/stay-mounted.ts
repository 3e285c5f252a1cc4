import { setTimeout as delay } from 'node:timers/promises';
import { command } from '../../../core/plan/command.ts';
import { lookAt } from '../../../core/plan/repair.ts';
import { judgeStaysMounted } from '../../../core/proof/judge-boot.ts';
import type { MountLook } from '../../../core/proof/judge-boot.ts';
import type { Step } from '../../drill.ts';
import type { DrillRun } from '../../drill-run.ts';
import { readMounted } from '../../proof/examine-array.ts';
import { act, typed } from '../plan-line.ts';
import { waitForLastJob } from './boot-steps.ts';
import { judgeFilesOnArray } from './booted-array.ts';

const daemonReload = command('systemctl', 'daemon-reload');

/** systemd unmounts within milliseconds what it believes must not be mounted. */
const settleMs = 5000;

/** Sees whether an array that was mounted by hand, with a device that udev does not call ready, stays mounted. */
export const stayMounted: Step = {
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
