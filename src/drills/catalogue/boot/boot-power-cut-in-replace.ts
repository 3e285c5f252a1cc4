import type { InitramfsMaker } from '../../../core/boot/initramfs-maker.ts';
import type { ArrayPlan } from '../../../core/plan/array.ts';
import { command } from '../../../core/plan/command.ts';
import type { Command } from '../../../core/plan/command.ts';
import { planAddToCrypttab, planRemoveFromCrypttab } from '../../../core/plan/container.ts';
import type { ContainerPlan } from '../../../core/plan/container.ts';
import type { PlanLine } from '../../../core/plan/drill-plan.ts';
import { asUnlocked, planAddPassphrase, planOpenForRoot, planUpdateInitramfs } from '../../../core/plan/root-on-array.ts';
import { judgeLogin } from '../../../core/proof/judge-boot.ts';
import type { Drill, Step } from '../../drill.ts';
import type { DrillRun } from '../../drill-run.ts';
import { bootAlone, rootLayout, rootOnArray } from '../../steps/boot/root-repair-steps.ts';
import { bootFromRoot, moveRoot, powerOnRoot } from '../../steps/boot/root-steps.ts';
import type { RootBoot } from '../../steps/boot/root-steps.ts';
import { writePayload } from '../../steps/build-steps.ts';
import { aboutReplaceInLog, encryptTarget, finishResumedReplace, startReplace } from '../../steps/crash-in-replace-steps.ts';
import { spareOf, survivorOf } from '../../steps/disks-of.ts';
import { failingDevid, failingMember } from '../../steps/failing-disk-steps.ts';
import { act, typed, typedStep } from '../../steps/plan-line.ts';
import { needsSlowReplace, startSlowReplace } from '../../steps/slow-replace.ts';

const unlock = 'passphrase';

/**
 * The word in crypttab by which the initramfs gets an entry whose container is not (yet) a device of the root. Sources: crypttab(5), initramfs, of Debian;
 * dracut, modules.d/90crypt/module-setup.sh, where `x-initrd.attach` means the same since dracut 103.
 */
const wordsForInitramfs: Readonly<Record<InitramfsMaker, string>> = { 'initramfs-tools': 'initramfs', dracut: 'force' };

const withWord = (target: ContainerPlan, word: string): ContainerPlan => ({
  ...target,
  crypttabOptions: [...target.crypttabOptions, word],
});

function recordTarget(title: string, maker: InitramfsMaker, planned: (array: ArrayPlan) => ContainerPlan): Step {
  return typedStep({
    name: 'record-target',
    title: `Before the replace: the new disk in crypttab, ${title}`,
    phase: 'repair',
    skippable: false,
    commands: (array) => [
      ...planAddPassphrase(planned(array)),
      planAddToCrypttab(asUnlocked(planned(array), unlock)),
      planUpdateInitramfs(maker),
      command('sync'),
    ],
  });
}

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

/** What helps a boot that has ended in the initramfs, because of a container that it does not know. */
interface Help {
  readonly plan: (array: ArrayPlan) => readonly PlanLine[];
  readonly help: (run: DrillRun, ended: RootBoot) => Promise<void>;
}

const planInShell = (array: ArrayPlan): readonly Command[] => [...planOpenForRoot(spareOf(array), survivorOf(array)), command('exit')];

const helpInShell: Help = {
  plan: (array) => [act('the boot ends in the shell of the initramfs; type there:'), ...typed(...planInShell(array))],
  help: async (run, { typeInShell }) => {
    for (const planned of planInShell(run.array)) await typeInShell(planned);
  },
};

/** With any of them given, systemd opens those and no others. Source: systemd-cryptsetup-generator(8), rd.luks.name=. */
const namesOf = ({ members, spares }: ArrayPlan): readonly string[] =>
  [...members, ...spares].map(({ luksUuid, mappingName }) => `rd.luks.name=${luksUuid}=${mappingName}`);

const helpFromBootLoader: Help = {
  plan: (array) => [
    act('the boot ends in the initramfs, where root is locked: power off'),
    act(`power on; add \`${namesOf(array).join(' ')}\` in the boot loader; type the passphrase`),
  ],
  help: async (run) => {
    await run.crash();
    const { boot } = await powerOnRoot(run, { words: namesOf(run.array) });
    await boot;
  },
};

const helpBy: Readonly<Record<InitramfsMaker, Help>> = { 'initramfs-tools': helpInShell, dracut: helpFromBootLoader };

const cutPowerAndHelp = ({ plan, help }: Help): Step => ({
  ...cutPower,
  plan: (array) => [...cutPower.plan(array), ...plan(array)],
  run: async (run) => {
    await help(run, await judgeComesBack(run));
  },
});

const retireOldDisk = (maker: InitramfsMaker): Step =>
  typedStep({
    name: 'retire-old-disk',
    title: 'Remove the old disk from crypttab, and make the initramfs anew',
    phase: 'repair',
    skippable: true,
    commands: (array) => [planRemoveFromCrypttab(failingMember(array)), planUpdateInitramfs(maker)],
  });

const drillFor = (maker: InitramfsMaker): Drill => ({
  name: 'boot-power-cut-in-replace',
  promise: 'A machine whose root is being replaced disk by disk comes up by itself after a power cut, and the replace goes on.',
  symptom: 'The power failed during a `btrfs replace` of the root, and the boot ends at `(initramfs)`, with every disk healthy.',
  story: [
    'A disk of the array with the root is replaced in service. In the middle of it the power fails. As long as the replace lasts, its target belongs to the array: without it the root does not mount.',
    'The initramfs must open the target, so its container must be in crypttab, and in the copy of crypttab in the initramfs, before the replace begins. `update-initramfs` copies the entries of those containers that the root is on; the target is none of them yet. Without the option `initramfs` in its line it is left out, silently, however often the initramfs is made.',
    'With it, the next boot asks for one passphrase more, the root mounts, and the replace goes on where it was.',
    'With dracut (`--initramfs dracut`) the option is `force`, or `x-initrd.attach` since dracut 103. Where it was forgotten, the boot loader helps: `rd.luks.name=UUID=NAME` for each container, the new one too.',
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
  forInitramfs: drillFor,
  requires: [needsSlowReplace],
  steps: [
    moveRoot(unlock, maker),
    writePayload,
    bootFromRoot(unlock),
    encryptTarget,
    recordTarget('for the initramfs, too', maker, (array) => withWord(spareOf(array), wordsForInitramfs[maker])),
    startRootReplace,
    cutPower,
    finishResumedReplace(aboutReplaceInLog),
    retireOldDisk(maker),
    bootAlone(rootLayout, unlock),
  ],
  repairFrom: encryptTarget.name,
  twin: {
    instead: [recordTarget('and the initramfs made anew', maker, spareOf), cutPowerAndHelp(helpBy[maker])],
    breaks: ['comes-back'],
    because: `without the option \`${wordsForInitramfs[maker]}\` the initramfs has no entry for the target, which is no device of the root yet.`,
  },
});

/** The power goes during a replace of the array that has the root. */
export const bootPowerCutInReplace: Drill = drillFor('initramfs-tools');
