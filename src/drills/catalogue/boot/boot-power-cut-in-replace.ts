import type { ArrayPlan } from '../../../core/plan/array.ts';
import { command } from '../../../core/plan/command.ts';
import type { Command } from '../../../core/plan/command.ts';
import { planRemoveFromCrypttab } from '../../../core/plan/container.ts';
import type { ContainerPlan } from '../../../core/plan/container.ts';
import { planHelpRoot, planUpdateInitramfs } from '../../../core/plan/root-on-array.ts';
import { judgeLogin } from '../../../core/proof/judge-boot.ts';
import type { Drill, Step } from '../../drill.ts';
import type { DrillRun } from '../../drill-run.ts';
import { bootAlone, planRecordMember, rootLayout, rootOnArray } from '../../steps/boot/root-repair-steps.ts';
import { bootFromRoot, moveRoot, powerOnRoot } from '../../steps/boot/root-steps.ts';
import type { RootBoot } from '../../steps/boot/root-steps.ts';
import { writePayload } from '../../steps/build-steps.ts';
import { aboutReplaceInLog, encryptTarget, finishResumedReplace, startReplace } from '../../steps/crash-in-replace-steps.ts';
import { spareOf, survivorOf } from '../../steps/disks-of.ts';
import { failingDevid, failingMember } from '../../steps/failing-disk-steps.ts';
import { act, typed, typedStep } from '../../steps/plan-line.ts';
import { needsSlowReplace, startSlowReplace } from '../../steps/slow-replace.ts';

const maker = 'initramfs-tools';
const unlock = 'passphrase';

/** `initramfs`: the hook copies an entry whose container is not (yet) a device of the root only if it says so. Source: crypttab(5), initramfs. */
const forInitramfs = (target: ContainerPlan): ContainerPlan => ({ ...target, crypttabOptions: [...target.crypttabOptions, 'initramfs'] });

const recordTarget = (title: string, entry: (target: ContainerPlan) => ContainerPlan): Step =>
  typedStep({
    name: 'record-target',
    title: `Before the replace: the new disk in crypttab, ${title}`,
    phase: 'repair',
    skippable: false,
    commands: (array) => [...planRecordMember(entry(spareOf(array)), { unlock, maker }), command('sync')],
  });

const startRootReplace: Step = {
  ...startReplace,
  title: 'Start replacing a disk of the running root',
  run: async (run) => {
    await startSlowReplace(run, failingDevid, spareOf(run.array));
  },
};

const cutPower: Step = {
  name: 'cut-power',
  title: 'Cut the power in the middle of the replace, and let the machine boot',
  phase: 'fault',
  skippable: false,
  plan: () => [act('cut the power, without a shutdown; power on again, with every disk; type the passphrase')],
  run: async (run) => {
    await judgeComesBack(run);
  },
};

async function judgeComesBack(run: DrillRun): Promise<RootBoot> {
  await run.crash();
  const booting = await powerOnRoot(run);
  const claim = 'After the power cut in the replace the machine boots to the login by itself';
  run.judge(judgeLogin(await booting.boot, { name: 'comes-back', claim }));
  return booting;
}

/** What somebody types in the shell in which the boot then ends. */
const planHelp = (array: ArrayPlan): readonly Command[] => [...planHelpRoot(spareOf(array), survivorOf(array), maker), command('exit')];

const cutPowerAndHelp: Step = {
  ...cutPower,
  plan: (array) => [...cutPower.plan(array), act('the boot ends in the shell of the initramfs; type there:'), ...typed(...planHelp(array))],
  run: async (run) => {
    const { typeInShell } = await judgeComesBack(run);
    for (const planned of planHelp(run.array)) await typeInShell(planned);
  },
};

const retireOldDisk = typedStep({
  name: 'retire-old-disk',
  title: 'Remove the old disk from crypttab, and make the initramfs anew',
  phase: 'repair',
  skippable: true,
  commands: (array) => [planRemoveFromCrypttab(failingMember(array)), planUpdateInitramfs(maker)],
});

/** The power goes during a replace of the array that has the root. */
export const bootPowerCutInReplace: Drill = {
  name: 'boot-power-cut-in-replace',
  promise: 'A machine whose root is being replaced disk by disk comes up by itself after a power cut, and the replace goes on.',
  symptom: 'The power failed during a `btrfs replace` of the root, and the boot ends at `(initramfs)`, with every disk healthy.',
  story: [
    'A disk of the array with the root is replaced in service. In the middle of it the power fails. As long as the replace lasts, its target belongs to the array: without it the root does not mount.',
    'The initramfs must open the target, so its container must be in crypttab, and in the copy of crypttab in the initramfs, before the replace begins. `update-initramfs` copies the entries of those containers that the root is on; the target is none of them yet. Without the option `initramfs` in its line it is left out, silently, however often the initramfs is made.',
    'With it, the next boot asks for one passphrase more, the root mounts, and the replace goes on where it was.',
    'With an initramfs by dracut none of this helps. There systemd waits for udev, and the kernel seldom calls an array ready whose replace is unfinished (docs/boot.md): the root is waited for without a limit.',
  ].join('\n\n'),
  wrongMoves: [
    "Don't wait until the replace is finished to write the new disk into crypttab: the boot after a power cut needs it.",
    "Don't leave out the option `initramfs`: update-initramfs takes only the devices that the root has at that moment.",
    "Don't mount degraded in the initramfs: no disk is missing. Open the target (`cryptsetup open`), `btrfs device scan`, mount, `exit`.",
  ],
  sources: [
    'crypttab(5), initramfs; cryptsetup-initramfs, hooks/cryptroot',
    'fs/btrfs/dev-replace.c, btrfs_init_dev_replace()',
    'btrfs-replace(8)',
  ],
  tags: ['boot', 'crash', 'initramfs', 'replace', 'root'],
  ...rootOnArray,
  initramfs: maker,
  requires: [needsSlowReplace],
  steps: [
    moveRoot(unlock, maker),
    writePayload,
    bootFromRoot(unlock),
    encryptTarget,
    recordTarget('for the initramfs, too', forInitramfs),
    startRootReplace,
    cutPower,
    finishResumedReplace(aboutReplaceInLog),
    retireOldDisk,
    bootAlone(rootLayout, unlock),
  ],
  repairFrom: encryptTarget.name,
  twin: {
    instead: [recordTarget('and the initramfs made anew', (target) => target), cutPowerAndHelp],
    breaks: ['comes-back'],
    because: 'without the option `initramfs` the initramfs has no entry for the target, which is no device of the root yet.',
  },
};
