import { arrayGuestPath, defaultLayout } from '../../core/layout.ts';
import { parseFilesystemShow } from '../../core/btrfs/filesystem-show.ts';
import { parseReplaceStatus } from '../../core/btrfs/replace-status.ts';
import type { ArrayPlan } from '../../core/plan/array.ts';
import type { Command } from '../../core/plan/command.ts';
import { planCreateContainer } from '../../core/plan/container.ts';
import type { ContainerPlan } from '../../core/plan/container.ts';
import { lookAt, planReplace, planReplaceStatus } from '../../core/plan/repair.ts';
import { waitUntil } from '../../machine/wait-until.ts';
import { ask } from '../../storage/type-command.ts';
import { buildArray, startWriter, writePayload } from '../steps/build-steps.ts';
import type { Drill, Step } from '../drill.ts';
import type { DrillRun } from '../drill-run.ts';
import { act, typed } from '../steps/plan-line.ts';

/** So slow that the crash falls inside the replace: bytes a second. Source: Documentation/ABI/testing/sysfs-fs-btrfs, scrub_speed_max. */
const replaceBytesPerSecond = 2 * 1024 ** 2;

/** The command that limits how fast a replace reads from a device. */
function planLimitReplaceSpeed(filesystemUuid: string, devid: number): Command {
  return {
    argv: ['tee', `/sys/fs/btrfs/${filesystemUuid}/devinfo/${String(devid)}/scrub_speed_max`],
    stdin: `${String(replaceBytesPerSecond)}\n`,
  };
}

/** The command that makes the kernel crash. Source: Documentation/admin-guide/sysrq.rst, `c`. */
const planCrashKernel: Command = { argv: ['tee', '/proc/sysrq-trigger'], stdin: 'c' };

function sparePlan(array: ArrayPlan): ContainerPlan {
  const spare = array.spares[0];
  if (spare === undefined) throw new Error('the layout has no spare');
  return spare;
}

const startReplace: Step = {
  name: 'start-replace',
  title: 'Start a replace, slowly',
  phase: 'fault',
  skippable: false,
  plan: (array) =>
    typed(
      ...planCreateContainer(sparePlan(array), array.layout.kdf),
      planLimitReplaceSpeed('UUID', 1),
      planReplace(1, sparePlan(array).mappingGuestDevice),
    ),
  run: async (run) => {
    const spare = sparePlan(run.array);
    for (const planned of planCreateContainer(spare, run.array.layout.kdf)) await run.type(planned);
    const [filesystem] = await ask(run.ctx, run.guest, lookAt.filesystemShow, parseFilesystemShow);
    if (filesystem === undefined) throw new Error(`${arrayGuestPath}: btrfs filesystem show lists nothing`);
    await run.type(planLimitReplaceSpeed(filesystem.uuid, 1));
    await run.start(planReplace(1, spare.mappingGuestDevice));
    await waitForReplace(run);
  },
};

/** Waits until the replace is under way: the crash must fall inside it. */
async function waitForReplace(run: DrillRun): Promise<void> {
  await waitUntil(run.ctx, { waitingFor: 'the replace to be under way', timeoutMs: 60_000, intervalMs: 200 }, async () => {
    const status = await ask(run.ctx, run.guest, planReplaceStatus(), parseReplaceStatus);
    return { done: status.state === 'started' && status.progressPermille > 0, lastSeen: status.state };
  });
}

const crashKernel: Step = {
  name: 'crash-kernel',
  title: "Make the guest's kernel crash",
  phase: 'fault',
  skippable: false,
  plan: () => [act('the replace is under way'), ...typed(planCrashKernel)],
  run: async (run) => {
    // Does not come back: the crash on the console ends every wait on this machine.
    await run.type(planCrashKernel);
  },
};

/** Shows that a kernel crash is recognised, named and not waited for. */
export const kernelCrash: Drill = {
  name: 'kernel-crash',
  promise: 'A kernel that crashes while it replaces a device is reported with its transcript, and not waited for.',
  story:
    'The environment that raidlab grew from had a kernel that crashed while replacing: the terminal froze, and the reason was on a console that nobody read. This demonstration crashes the kernel on purpose, in the middle of a replace.',
  sources: ['Documentation/admin-guide/sysrq.rst', 'the 3.16 oops in btrfs_kobj_rm_device, test/recorded/kernel'],
  tags: ['demonstration', 'replace'],
  layout: defaultLayout,
  layouts: [],
  payloadBytes: 32 * 1024 ** 2,
  steps: [buildArray, writePayload, startWriter, startReplace, crashKernel],
  proof: 'none',
  twin: null,
};
