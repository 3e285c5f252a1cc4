import { defaultLayout } from '../../core/layout/layout.ts';
import type { Command } from '../../core/plan/command.ts';
import { planCreateContainer } from '../../core/plan/container.ts';
import { buildArray, startWriter, writePayload } from '../steps/build-steps.ts';
import type { Drill, Step } from '../drill.ts';
import { spareOf } from '../steps/disks-of.ts';
import { lostDevid } from '../steps/lose-disk-steps.ts';
import { act, typed } from '../steps/plan-line.ts';
import { planSlowReplace, startSlowReplace } from '../steps/slow-replace.ts';

/** The command that makes the kernel crash. Source: Documentation/admin-guide/sysrq.rst, `c`. */
const planCrashKernel: Command = { argv: ['tee', '/proc/sysrq-trigger'], stdin: 'c' };

const startReplace: Step = {
  name: 'start-replace',
  title: 'Start a replace, slowly',
  phase: 'fault',
  skippable: false,
  plan: (array) => typed(...planCreateContainer(spareOf(array), array.layout), ...planSlowReplace(array, lostDevid, spareOf(array))),
  run: async (run) => {
    for (const planned of planCreateContainer(spareOf(run.array), run.array.layout)) await run.type(planned);
    await startSlowReplace(run, lostDevid, spareOf(run.array));
  },
};

const crashKernel: Step = {
  name: 'crash-kernel',
  title: "Make the guest's kernel crash",
  phase: 'fault',
  skippable: false,
  plan: () => [act('the replace is under way'), ...typed(planCrashKernel)],
  run: async (run) => {
    // Never returns: the crash on the console ends every wait on this machine.
    await run.type(planCrashKernel);
  },
};

/** Shows that a kernel crash is recognised, named and not waited for. */
export const kernelCrash: Drill = {
  name: 'kernel-crash',
  promise: 'A kernel that crashes while replacing a device is reported with its transcript, without waiting for it.',
  symptom: 'The kernel crashes during a replace, and the terminal freezes.',
  story:
    'The environment that raidlab grew out of had a kernel that crashed during a replace: the terminal froze, and the reason was on a console that nobody read. This demonstration crashes the kernel on purpose, in the middle of a replace.',
  sources: ['Documentation/admin-guide/sysrq.rst', 'the 3.16 oops in btrfs_kobj_rm_device, test/recorded/kernel'],
  tags: ['demonstration', 'replace'],
  layout: defaultLayout,
  layouts: [],
  payloadBytes: 32 * 1024 ** 2,
  steps: [buildArray, writePayload, startWriter, startReplace, crashKernel],
  proof: 'none',
  twin: null,
};
