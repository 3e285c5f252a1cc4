import { parseOneFilesystem } from '../../core/btrfs/filesystem-show.ts';
import { defaultLayout } from '../../core/layout/layout.ts';
import type { ArrayPlan } from '../../core/plan/array.ts';
import { planMount, planUnmount } from '../../core/plan/array.ts';
import type { Command } from '../../core/plan/command.ts';
import { planAddToCrypttab, planCloseContainer, planRemoveFromCrypttab } from '../../core/plan/container.ts';
import { planDumpSuper } from '../../core/plan/member.ts';
import { lookAt } from '../../core/plan/repair.ts';
import { judgeMembers } from '../../core/proof/judge-members.ts';
import { judgeStaleRecognised } from '../../core/proof/judge-super-blocks.ts';
import type { Drill, Step } from '../drill.ts';
import { buildArray, writePayload } from '../steps/build-steps.ts';
import { diskReturns, startStorage } from '../steps/disk-returns-steps.ts';
import { memberOf, spareOf } from '../steps/disks-of.ts';
import { lostDevid, takeDiskOut } from '../steps/lose-disk-steps.ts';
import { startWriting } from '../steps/live-writer.ts';
import { act, typed } from '../steps/plan-line.ts';
import { replaceMissingCrash } from '../steps/replace-missing-crash.ts';
import { replaceDisk, softBalance } from '../steps/replace-steps.ts';
import { inspect, judgeLastWritten, planInspect, planWipeMembers } from '../steps/unmounted-members.ts';
import { serveDegraded } from '../steps/degraded-steps.ts';

/** The commands that remove an old disk for good, once it is identified. */
function planRetire(array: ArrayPlan): readonly Command[] {
  const old = memberOf(array, lostDevid);
  return [...planWipeMembers([old]), planCloseContainer(old), planRemoveFromCrypttab(old), planAddToCrypttab(spareOf(array))];
}

const retireOldDisk: Step = {
  name: 'retire-old-disk',
  title: 'Recognise the old disk before anything is mounted, wipe it, and put crypttab right',
  phase: 'repair',
  skippable: true,
  plan: (array) => typed(...planInspect([...array.members, spareOf(array)]), ...planRetire(array)),
  run: async (run) => {
    const superBlocks = await inspect(run, [...run.array.members, spareOf(run.array)]);
    run.judge(judgeStaleRecognised(superBlocks, [memberOf(run.array, lostDevid).mappingGuestDevice]));
    for (const planned of planRetire(run.array)) await run.type(planned);
  },
};

/** The members after the replace, in devid order. */
function membersNow(array: ArrayPlan): readonly string[] {
  return array.members.map((member) => (member === memberOf(array, lostDevid) ? spareOf(array) : member).mappingGuestDevice);
}

const compareMembers: Step = {
  name: 'compare-members',
  title: 'See which disks the array consists of, and whether they are alike',
  phase: 'repair',
  skippable: false,
  plan: (array) => typed(lookAt(array).filesystemShow, planUnmount(array), ...membersNow(array).map(planDumpSuper), planMount(array)),
  run: async (run) => {
    const shown = await run.ask(lookAt(run.array).filesystemShow, parseOneFilesystem);
    const expected = run.members.map(({ devid, container }) => ({ devid, guestDevice: container.mappingGuestDevice }));
    run.judge(judgeMembers(shown, expected));
    // Unmounted: no transaction comes between two looks.
    await run.type(planUnmount(run.array));
    await judgeLastWritten(run, membersNow(run.array));
    await run.type(planMount(run.array));
  },
};

const resumeService: Step = {
  name: 'resume-service',
  title: 'Let the array be written again',
  phase: 'repair',
  skippable: false,
  plan: () => [act('start the live writer again: the array is in service')],
  run: async (run) => {
    await startWriting(run);
  },
};

/** A disk that was dead and was replaced is back at the next boot; crypttab still names it. */
export const replacedDiskReturns: Drill = {
  name: 'replaced-disk-returns',
  promise: 'A replaced disk that turns up again is recognised and kept out, and the array stays on its new disk.',
  symptom: 'A disk that was missing and has been replaced is plugged in again.',
  story: [
    'A disk was missing and was replaced. The replace was done, but crypttab was not updated: it still names the old disk, and not the new one. Weeks later the machine is restarted, and the old disk, which had only lost its contact, answers again.',
    'The boot opens what crypttab says: the old disk, not the new one. btrfs sees a member with the right UUID and the right number, and mounts. No option is needed, no warning is given, every file reads correctly. From now on the old disk is a member again, and the new one is the stale one.',
    'A replace wipes the disk that it replaces, but not one that was missing: the old one still says that it is device 1 of this array. Only its generation shows it: it stopped counting when the disk went away.',
    'So before anything is mounted, look at the super block of every disk (`btrfs inspect-internal dump-super`). Of two disks that claim to be the same device, the one with the lower generation is the old one. Wipe it, remove its line from crypttab, add one for the new disk, and only then mount the array.',
  ].join('\n\n'),
  wrongMoves: [
    "Don't leave crypttab for later: a replace is finished only when the next boot opens the new disk.",
    "Don't trust a plain mount: it succeeds, with the old disk in place of the new one.",
    "Don't open the new disk while the array is mounted: the kernel refuses it, because a device with that number and UUID is in use.",
    "Don't scrub afterwards: that brings the wrong disk up to date.",
  ],
  sources: [
    'btrfs-inspect-internal(8), dump-super',
    'btrfs-device(8), scan --forget',
    'https://github.com/kdave/btrfs-progs/issues/933 (the source of a replace is wiped when it is there)',
    'measured: the generations of the old and the new disk (docs/measurements.md)',
  ],
  tags: ['missing', 'replace', 'stale', 'crypttab'],
  layout: defaultLayout,
  layouts: ['raid1', 'raid1-unequal', 'raid1c3', 'raid10'],
  knowledge: [replaceMissingCrash],
  payloadBytes: 16 * 1024 ** 2,
  steps: [
    buildArray,
    writePayload,
    takeDiskOut,
    ...serveDegraded,
    replaceDisk,
    softBalance,
    diskReturns,
    retireOldDisk,
    startStorage,
    compareMembers,
    resumeService,
  ],
  proof: 'full',
  twin: {
    skipStep: 'retire-old-disk',
    breaks: ['members', 'generations', 'scrub'],
    because: 'nothing wipes a missing disk when it is replaced: crypttab opens it, and it silently takes the place of the new one.',
  },
};
