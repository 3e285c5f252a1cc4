import { parseLuksDump, payloadOffsetBytes } from '../../core/cryptsetup/luks-dump.ts';
import { faultBlockBytes } from '../../core/fault/fault.ts';
import { defaultLayout } from '../../core/layout/layout.ts';
import type { ArrayPlan } from '../../core/plan/array.ts';
import { planMount, planUnmount } from '../../core/plan/array.ts';
import { command } from '../../core/plan/command.ts';
import type { Command } from '../../core/plan/command.ts';
import { planScanDevices } from '../../core/plan/member.ts';
import { planBackUpHeader, planOpenContainer, planRestoreHeader, planTestKey } from '../../core/plan/container.ts';
import type { ContainerPlan } from '../../core/plan/container.ts';
import type { Drill, Step } from '../drill.ts';
import { buildArray, startWriter, writePayload } from '../steps/build-steps.ts';
import { memberOf } from '../steps/disks-of.ts';
import { lostDevid } from '../steps/lose-disk-steps.ts';
import { recordsAtWork, startWriting } from '../steps/live-writer.ts';
import { act, typed, typedStep } from '../steps/plan-line.ts';
import { restart } from '../steps/restart-step.ts';
import { serveDegraded } from '../steps/degraded-steps.ts';
import { mendStaleMember } from '../steps/disk-returns-steps.ts';
import { judgeTry, triedStep } from '../steps/tried-step.ts';
import type { TriedClaim } from '../steps/tried-step.ts';

function planDumpHeader({ guestDevice }: ContainerPlan): Command {
  return command('cryptsetup', 'luksDump', guestDevice);
}

const backUpHeader = typedStep({
  name: 'back-up-header',
  title: 'Back the LUKS header up, long before it is needed',
  phase: 'repair',
  skippable: false,
  commands: (array) => planBackUpHeader(memberOf(array, lostDevid)),
});

const opensBySecondHeader: TriedClaim = {
  name: 'second-header',
  claim: 'With its first 4 KiB gone the container opens by its second header, without a restore',
  holds: ({ exitCode }) => exitCode === 0,
};

/** Only the first of the two LUKS2 headers: the second one, 16 KiB later, opens the container and repairs the first. */
const wipePrimaryHeader: Step = {
  name: 'wipe-primary-header',
  title: 'Zero the first 4 KiB of the disk: the second header still opens it',
  phase: 'fault',
  skippable: true,
  plan: (array) => [
    act(`the first 4 KiB of ${memberOf(array, lostDevid).serial} read as zeroes`),
    ...typed(planTestKey(memberOf(array, lostDevid))),
  ],
  run: async (run) => {
    const lost = memberOf(run.array, lostDevid);
    await run.injectFault({ kind: 'header-wipe', disk: lost.serial, offsetBytes: lost.startBytes, lengthBytes: faultBlockBytes });
    run.judge(judgeTry(opensBySecondHeader, await run.try(planTestKey(lost))));
  },
};

const wipeHeader: Step = {
  name: 'wipe-header',
  title: 'Zero both headers and all keyslots; the running array does not notice',
  phase: 'fault',
  skippable: false,
  plan: (array) => [
    ...typed(planDumpHeader(memberOf(array, lostDevid))),
    act(`everything before the payload of ${memberOf(array, lostDevid).serial}, 16 MiB, reads as zeroes`),
    act('the live writer writes on'),
  ],
  run: async (run) => {
    const lost = memberOf(run.array, lostDevid);
    const header = await run.ask(planDumpHeader(lost), parseLuksDump);
    await run.injectFault({
      kind: 'header-wipe',
      disk: lost.serial,
      offsetBytes: lost.startBytes,
      lengthBytes: payloadOffsetBytes(header),
    });
    await run.waitForJournal(recordsAtWork);
  },
};

const tryToOpen = triedStep({
  name: 'try-to-open',
  title: 'The container does not open any more',
  phase: 'fault',
  skippable: true,
  tries: (array) => planOpenContainer(memberOf(array, lostDevid)),
  check: {
    name: 'header-gone',
    claim: 'Without its headers the disk is no LUKS container: the key alone opens nothing',
    holds: ({ exitCode }) => exitCode !== 0,
  },
});

const restoreHeader = typedStep({
  name: 'restore-header',
  title: "Try the header's backup with the key, then restore it",
  phase: 'repair',
  skippable: false,
  commands: (array) => planRestoreHeader(memberOf(array, lostDevid)),
});

function planRejoin(array: ArrayPlan): readonly Command[] {
  return [planUnmount(array), planOpenContainer(memberOf(array, lostDevid)), planScanDevices(), planMount(array)];
}

/** The member comes back as it was: without anything written in its absence. */
const mountTogether: Step = {
  name: 'mount-together',
  title: 'Unmount, open the container, mount all members together',
  phase: 'repair',
  skippable: false,
  plan: (array) => [act('stop the live writer'), ...typed(...planRejoin(array)), act('start the live writer again')],
  run: async (run) => {
    await run.stopJournal();
    for (const planned of planRejoin(run.array)) await run.type(planned);
    await startWriting(run);
  },
};

/** A destroyed LUKS2 header, restored from its backup. */
export const destroyedLuksHeader: Drill = {
  name: 'destroyed-luks-header',
  promise: 'A member whose LUKS header was destroyed is recovered from its header backup, and then holds everything again.',
  symptom: '`cryptsetup open` says the device is not a valid LUKS device. You have a header backup.',
  story: [
    'Somebody partitions the wrong disk, an installer offers to "initialise" it, a `wipefs` hits the wrong letter. The first 16 MiB are gone: both LUKS2 headers and all keyslots. Nobody notices: the mapping is open, its key is in the kernel, and the array keeps working until the next restart.',
    'Then the container does not open: "not a valid LUKS device". The other members are all right, the array is mounted degraded and is in service again. It is tempting to format and replace the disk, which gives up the only second copy meanwhile. But all its data is still there, and the header backup has the key.',
    'With a backup it takes a minute. First try the backup, without writing anything: `cryptsetup open --test-passphrase --header FILE`. Then restore it, open the container with its usual key, and mount the array with all its members. All files read well, and most people stop here.',
    'But this member is stale: it lacks what was written without it, and btrfs notices only when it reads it. A scrub compares and repairs everything; a soft balance converts what was written with a single copy. Then reset the error counters, so that they show only new errors.',
  ].join('\n\n'),
  wrongMoves: [
    "Don't run `cryptsetup luksFormat` again with the same key: it generates a new volume key, and the data is gone for good.",
    "Don't open the container while the array is mounted without it: btrfs does not take a member back that way. Unmount first, then mount all members together.",
    "Don't stop when everything reads well: reads find stale data only if they happen to ask that member. Scrub.",
    "Don't keep the header backup on the array, or where others can read it: it is as secret as the keys, and opens with every passphrase that was valid when it was made.",
  ],
  sources: [
    'cryptsetup-luksHeaderBackup(8), cryptsetup-luksHeaderRestore(8)',
    'LUKS2 On-Disk Format Specification: two headers, the second one for recovery',
  ],
  tags: ['luks', 'missing', 'stale', 'scrub'],
  layout: defaultLayout,
  layouts: ['raid1'],
  requires: [{ encryption: ['luks2'], because: 'it damages the first of two headers, and LUKS1 has one' }],
  knowledge: [
    {
      layout: 'as-people-have-it',
      verdict: 'broken',
      breaks: ['leg-alone-DISK1'],
      because:
        'what was written to files without checksums (nodatacow) while the member was away is stale on it: a scrub cannot tell which copy is the right one, and reads give either, from that member alone always the stale one. Replace such a member by itself, or by another disk, as in stale-nodatacow-files',
      source: 'measured on 6.12.118, twice: 39 of 39 and 33 of 33 acknowledged records of a nodatacow file are not on the member',
    },
  ],
  payloadBytes: 16 * 1024 ** 2,
  steps: [
    buildArray,
    writePayload,
    backUpHeader,
    startWriter,
    wipePrimaryHeader,
    wipeHeader,
    restart,
    tryToOpen,
    ...serveDegraded,
    restoreHeader,
    mountTogether,
    ...mendStaleMember,
  ],
  proof: 'full',
  twin: {
    skipStep: 'scrub',
    breaks: ['scrub', 'leg-alone-*'],
    because:
      'the member came back stale and nothing brought it up to date: what was written without it is not on it, and it cannot serve the array alone.',
  },
};
