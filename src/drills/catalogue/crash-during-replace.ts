import { planOpenAsBoot } from '../../core/plan/array.ts';
import { lookAt } from '../../core/plan/repair.ts';
import { said } from '../../storage/type-command.ts';
import type { Drill, Step } from '../drill.ts';
import { readMounted } from '../proof/examine-array.ts';
import { aboutReplace, finishResumedReplace, retireOldDisk, replaceThatLasts, untilReplaceRuns } from '../steps/crash-in-replace-steps.ts';
import { act, typed } from '../steps/plan-line.ts';

const cutPower: Step = {
  name: 'cut-power',
  title: 'Cut the power in the middle of the replace',
  phase: 'fault',
  skippable: false,
  plan: () => [act('cut the power, without a shutdown; power on again, with every disk')],
  run: async (run) => {
    await run.crash();
    await run.boot();
  },
};

const bootAgain: Step = {
  name: 'boot-again',
  title: 'Let the boot open and mount what crypttab and fstab say',
  phase: 'repair',
  skippable: false,
  plan: (array) => typed(planOpenAsBoot, lookAt(array).mountPoint),
  run: async (run) => {
    const opened = await run.try(planOpenAsBoot);
    const mounted = readMounted(run.guest, await run.try(lookAt(run.array).mountPoint));
    run.judge({
      name: 'comes-back',
      claim: 'After the power cut the array is mounted by the boot itself',
      outcome: mounted === null ? 'broken' : 'held',
      evidence:
        mounted === null
          ? [`it is not mounted (exit ${String(opened.exitCode)})`, ...said(opened).split('\n'), ...aboutReplace(run)]
          : [`${mounted.source} on ${mounted.target}`],
    });
  },
};

/** A power cut in the middle of a replace, with all disks there at the next boot. */
export const crashDuringReplace: Drill = {
  name: 'crash-during-replace',
  promise: 'A replace interrupted by a power cut continues by itself at the next boot, and the array is redundant once it has finished.',
  symptom: 'The power failed during `btrfs replace`. If the new disk is not in crypttab, the array does not mount.',
  story: [
    'An old disk is replaced while the array is in service: `btrfs replace` copies for hours. In the middle of it the power fails.',
    'When the machine is back, nothing has to be typed. btrfs has recorded the replace and its progress, and continues as soon as the array is mounted: `btrfs replace status` shows it running, although nobody has started it.',
    'But the array must mount first. During a replace the target is part of the array, and without it the array does not mount. Behind LUKS that means: the new disk must be in crypttab before the replace begins. Most people write that line when the replace is done, when they know that it went well.',
    'Without the line the boot opens the old disks, all of them healthy, and the mount is refused. That looks like a destroyed array, and it is tempting to use `degraded`, or worse. Just open the target.',
    'Where systemd boots the machine, the boot may leave the array unmounted even with the line: as long as the replace is unfinished the kernel seldom calls it ready, and systemd waits for that (docs/boot.md). `mount` by hand works at once.',
  ].join('\n\n'),
  wrongMoves: [
    "Don't wait until the replace is finished to add the new disk to crypttab: after a power cut the boot opens every disk but the target, and the mount is refused.",
    "Don't start the replace again: it is already running.",
    "Don't mount degraded because the plain mount is refused: once the target is open the plain mount works, and the replace continues.",
  ],
  sources: ['btrfs-replace(8)', 'fs/btrfs/dev-replace.c, btrfs_init_dev_replace() and btrfs_resume_dev_replace_async()'],
  tags: ['replace', 'crash', 'luks'],
  ...replaceThatLasts,
  steps: [...untilReplaceRuns, cutPower, bootAgain, finishResumedReplace(aboutReplace), retireOldDisk],
  proof: 'full',
  twin: {
    skipStep: 'record-target',
    breaks: ['comes-back', 'procedure'],
    because: 'the boot opens only what crypttab names: without the target of the interrupted replace the array does not mount.',
  },
};
