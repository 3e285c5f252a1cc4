import assert from 'node:assert/strict';
import { test } from 'node:test';
import { defaultLayout, equalSizes } from '../../core/layout/layout.ts';
import type { ArrayLayout } from '../../core/layout/layout.ts';
import type { Check } from '../../core/verdict/verdict.ts';
import { answerPayload } from '../../storage/fixtures/payload-answers.ts';
import type { Answer } from '../../machine/fixtures/scripted-machine.ts';
import { troubleOf } from '../../machine/fixtures/scripted-machine.ts';
import { failureOf } from '../../machine/fixtures/scripted-peer.ts';
import { answerHealthy, recorded } from '../fixtures/healthy-array.ts';
import { openScriptedDrill } from '../fixtures/scripted-drill.ts';
import type { ScriptedDrill, ScriptedPart } from '../fixtures/scripted-drill.ts';
import type { DrillRun } from '../drill-run.ts';
import { examineInForks } from './examine-losses.ts';
import { examineReboot } from './examine-reboot.ts';
import { openLosses } from './open-losses.ts';
import type { Loss } from './open-losses.ts';

interface Fork {
  readonly otherwise?: Readonly<Record<string, Answer | string>>;
  readonly part?: ScriptedPart;
  readonly lost?: readonly string[];
  readonly layout?: ArrayLayout;
}

async function openFork({ otherwise = {}, part = {}, lost = [], layout }: Fork): Promise<ScriptedDrill> {
  const drill: ScriptedDrill = await openScriptedDrill(
    () => ({
      ...part,
      scripts: [answerHealthy(otherwise), (argv, options) => answerPayload(drill.run.promised, lost)(argv, options)],
    }),
    layout,
  );
  return drill;
}

async function examineLosses(run: DrillRun, lost: readonly Loss[]): Promise<readonly Check[]> {
  const losses = openLosses(run.members, lost);
  await examineInForks(run, losses, run.kit.slots.take);
  return losses.checks();
}

async function loseFirst(drill: ScriptedDrill): Promise<Check> {
  const [lost] = drill.run.members;
  assert.ok(lost !== undefined);
  const [check] = await examineLosses(drill.run, [[lost]]);
  assert.ok(check !== undefined && check.evidence.length > 0 && check.evidence.every((line) => line !== ''));
  return check;
}

test('a leg that serves everything alone is held, in a fork of its own disk, which is gone afterwards', async () => {
  await using drill = await openFork({});
  const check = await loseFirst(drill);
  assert.deepEqual([check.name, check.outcome], ['leg-alone-DISK2', 'held']);
  assert.deepEqual(check.evidence, [
    'degraded, read-only: 3 files and directories, 0 acknowledged records, all as written',
    'degraded, read-write: mounted and written',
  ]);
  const forked = drill.specs[0]?.disks ?? [];
  assert.deepEqual(
    forked.map(({ serial, format }) => [serial, format]),
    [['DISK2', 'qcow2']],
  );
  assert.notEqual(forked[0]?.hostPath, drill.run.disks.disks.find(({ serial }) => serial === 'DISK2')?.hostPath);
  assert.deepEqual(drill.machines[0]?.ends, ['dispose']);
});

test('a leg is opened by its key and mounted read-only before it is mounted read-write', async () => {
  await using drill = await openFork({});
  await loseFirst(drill);
  const typed = drill.machines[0]?.typed.map(({ argv }) => argv.join(' ')).filter((line) => /^(?:env|mount|umount)/u.test(line));
  assert.deepEqual(typed, [
    'env DM_DISABLE_UDEV=1 cryptsetup open --type luks --key-file /etc/luks/DISK2.key /dev/disk/by-id/scsi-0QEMU_QEMU_HARDDISK_DISK2 crypt-btrfs2',
    'mount -t btrfs -o degraded,ro /dev/mapper/crypt-btrfs2 /storage',
    'umount /storage',
    'mount -t btrfs -o degraded /dev/mapper/crypt-btrfs2 /storage',
  ]);
});

test('of three members the other two are tried together', async () => {
  await using drill = await openFork({ layout: { ...defaultLayout, memberSizesBytes: equalSizes(3) } });
  const check = await loseFirst(drill);
  assert.deepEqual([check.name, check.outcome], ['without-DISK1', 'held']);
  assert.deepEqual(
    drill.specs[0]?.disks.map(({ serial }) => serial),
    ['DISK2', 'DISK3'],
  );
});

const noMount = { exitCode: 32, stderr: 'mount: wrong fs type' };
const losses: readonly (readonly [string, Fork, readonly RegExp[]])[] = [
  [
    'a container that does not open',
    { otherwise: { 'env DM_DISABLE_UDEV=1 cryptsetup open': { exitCode: 2 } } },
    [/^the container of DISK2 does not open$/mu, /exit 2$/mu],
  ],
  [
    'a refused degraded mount',
    { otherwise: { 'mount -t btrfs -o degraded,ro': noMount } },
    [
      /^mount -o degraded,ro is refused: everything would be lost with DISK1, 3 names$/mu,
      /^mount: wrong fs type$/mu,
      /^lost with DISK1: \/storage\/payload\/a$/mu,
    ],
  ],
  ['a lost file', { lost: ['/storage/payload/b'] }, [/^lost with DISK1: \/storage\/payload\/b: missing$/mu]],
  [
    'a refused read-write mount',
    { otherwise: { 'mount -t btrfs -o degraded': noMount, 'mount -t btrfs -o degraded,ro': {} } },
    [/\(read-write\) is refused$/mu],
  ],
  [
    'a refused write',
    { otherwise: { tee: { exitCode: 1, stderr: 'tee: Read-only file system' } } },
    [/it cannot be written$/mu, /Read-only file system$/mu],
  ],
  ['a WARNING from btrfs', { part: { troubles: [troubleOf('warning', 'btrfs')] } }, [/^warning: a warning/mu]],
  ['a forced read-only', { part: { consoleLines: ['BTRFS info (device dm-0): forced readonly'] } }, [/forced readonly$/mu]],
];
for (const [what, fork, evidence] of losses) {
  test(`a leg with ${what} is broken`, async () => {
    await using drill = await openFork(fork);
    const check = await loseFirst(drill);
    assert.equal(check.outcome, 'broken');
    for (const line of evidence) assert.match(check.evidence.join('\n'), line);
  });
}

test('a stall, or a WARNING that is not about storage, takes nothing from a leg that serves everything', async () => {
  await using drill = await openFork({ part: { troubles: [troubleOf('stall'), troubleOf('warning', 'i915')] } });
  assert.equal((await loseFirst(drill)).outcome, 'held');
});

test('a fork is gone too when its examination fails', async () => {
  await using drill = await openFork({ otherwise: { mkdir: { exitCode: 1 } } });
  assert.equal((await failureOf(loseFirst(drill))).reason, 'command-failed');
  assert.deepEqual(drill.machines[0]?.ends, ['dispose']);
});

const lossesOf = ({ run }: ScriptedDrill) => run.members.map((member) => [member]);
const puttingAway = { umount: {}, 'env DM_DISABLE_UDEV=1 dmsetup remove': {}, 'btrfs device scan': {}, udevadm: {} };

test('when a loss is survived the fork goes on with the next, on copies of its own; when it is not, another begins', async () => {
  await using well = await openFork({ otherwise: puttingAway });
  const checks = await examineLosses(well.run, lossesOf(well));
  assert.deepEqual(
    checks.map(({ name, outcome }) => [name, outcome]),
    [
      ['leg-alone-DISK2', 'held'],
      ['leg-alone-DISK1', 'held'],
    ],
  );
  assert.equal(well.machines.length, 1);
  assert.deepEqual(
    well.machines[0]?.disks().map(({ serial }) => serial),
    ['DISK1'],
  );
  for (const otherwise of [
    { ...puttingAway, 'env DM_DISABLE_UDEV=1 dmsetup remove': { exitCode: 5 } },
    { ...puttingAway, 'mount -t btrfs -o degraded': noMount },
  ]) {
    await using badly = await openFork({ otherwise });
    assert.equal((await examineLosses(badly.run, lossesOf(badly))).length, 2);
    assert.deepEqual(
      badly.specs.map(({ disks }) => disks.map(({ serial }) => serial)),
      [['DISK2'], ['DISK1']],
    );
  }
});

test('a member whose disk is not in the machine is a finding, and is not waited for', async () => {
  await using drill = await openFork({
    layout: { ...defaultLayout, memberSizesBytes: equalSizes(3) },
    otherwise: {
      ...puttingAway,
      'env DM_DISABLE_UDEV=1 cryptsetup open --type luks --key-file /etc/luks/DISK2.key': { exitCode: 1 },
    },
  });
  await drill.run.pullDisk('DISK2');
  const [first, second] = drill.run.members;
  assert.ok(first !== undefined && second !== undefined);
  const checks = await examineLosses(drill.run, [[second], [first]]);
  assert.deepEqual(
    checks.map(({ name, outcome }) => [name, outcome]),
    [
      ['without-DISK2', 'held'],
      ['without-DISK1', 'broken'],
    ],
  );
  assert.equal(checks[1]?.evidence[0], 'the container of DISK2 does not open');
  const waits = drill.machines[0]?.typed.map(({ argv }) => argv.join(' ')).filter((line) => line.startsWith('udevadm wait'));
  const [one, three] = ['DISK1', 'DISK3'].map((serial) => `/dev/disk/by-id/scsi-0QEMU_QEMU_HARDDISK_${serial}`);
  // Names of the disks that were pulled must be gone before copies are plugged in under the same names.
  assert.deepEqual(waits, [
    `udevadm wait --removed --timeout=60 ${String(one)} ${String(three)}`,
    `udevadm wait --settle --timeout=60 ${String(three)}`,
  ]);
});

test('a leg whose disk is not in the machine is a finding, too: there is nothing to wait for', async () => {
  await using drill = await openFork({
    otherwise: { ...puttingAway, 'env DM_DISABLE_UDEV=1 cryptsetup open --type luks --key-file /etc/luks/DISK1.key': { exitCode: 1 } },
  });
  await drill.run.pullDisk('DISK1');
  const checks = await examineLosses(drill.run, lossesOf(drill));
  assert.deepEqual(
    checks.map(({ name, outcome }) => [name, outcome]),
    [
      ['leg-alone-DISK2', 'held'],
      ['leg-alone-DISK1', 'broken'],
    ],
  );
});

interface Rebooted {
  readonly check: Check | undefined;
  readonly outcomes: Readonly<Record<string, string>>;
  readonly typed: readonly string[];
}

async function reboot(fork: Fork): Promise<Rebooted> {
  await using drill = await openFork(fork);
  const checks = await examineReboot(drill.run);
  const check = checks.find(({ name }) => name === 'reboot');
  const [machine] = drill.machines;
  assert.deepEqual(machine?.ends, ['dispose']);
  assert.deepEqual(
    drill.specs[0]?.disks.map(({ serial }) => serial),
    ['DISK1', 'DISK2', 'DISK3'],
  );
  return {
    check,
    outcomes: Object.fromEntries(checks.map(({ name, outcome }) => [name, outcome])),
    typed: machine.typed.map(({ argv }) => argv.join(' ')),
  };
}

const allHeld = { files: 'held', scrub: 'held', 'device-stats': 'held', reboot: 'held' };

test('a reboot is held when crypttab and fstab alone bring everything back', async () => {
  const { check, outcomes, typed } = await reboot({});
  assert.deepEqual(outcomes, allHeld);
  assert.equal(check?.outcome, 'held');
  assert.match(check.evidence.at(-1) ?? '', /^3 files and directories, .* all as written$/u);
  assert.ok(typed.includes('/usr/lib/raidlab/open-storage'));
  assert.ok(!typed.some((line) => /^(?:mount|cryptsetup)/u.test(line)));
});

const reboots: readonly (readonly [string, Fork, RegExp])[] = [
  [
    'nothing is mounted',
    { otherwise: { findmnt: { exitCode: 1 }, '/usr/lib/raidlab/open-storage': { exitCode: 1, stderr: 'no such device' } } },
    /^\/usr\/lib\/raidlab\/open-storage: exit 1\nno such device\nnothing is mounted/u,
  ],
  [
    'chunks have a single copy',
    { otherwise: { 'btrfs filesystem usage': recorded('btrfs-filesystem-usage-single-chunks') } },
    /a single copy$/mu,
  ],
  ['a file is lost', { lost: ['/storage/payload/a'] }, /^\/storage\/payload\/a: missing$/mu],
];
for (const [what, fork, evidence] of reboots) {
  test(`a reboot after which ${what} is broken`, async () => {
    const { check } = await reboot(fork);
    assert.equal(check?.outcome, 'broken');
    assert.match(check.evidence.join('\n'), evidence);
  });
}

const pulled = recorded('btrfs-device-stats-pulled');
const readings: readonly (readonly [string, Fork, Readonly<Record<string, string>>])[] = [
  ['a lost file', { lost: ['/storage/payload/a'] }, { files: 'broken', reboot: 'broken' }],
  ['a scrub with errors and exit 0', { otherwise: { 'btrfs scrub start': recorded('btrfs-scrub-start-corrected') } }, { scrub: 'broken' }],
  [
    'a scrub with errors and exit 3',
    { otherwise: { 'btrfs scrub start': { exitCode: 3, stdout: recorded('btrfs-scrub-start-pulled') } } },
    { scrub: 'broken' },
  ],
  ['counters that reading has raised', { otherwise: { 'btrfs device stats': pulled } }, { 'device-stats': 'broken' }],
];
for (const [what, fork, expected] of readings) {
  test(`${what} is seen in the copy by its own check`, async () => {
    assert.deepEqual((await reboot(fork)).outcomes, { ...allHeld, ...expected });
  });
}

test('the scrub comes before the files: reading mends what the scrub would tell', async () => {
  const { typed } = await reboot({});
  const at = (beginning: string): number => typed.findIndex((line) => line.startsWith(beginning));
  assert.ok(at('btrfs scrub start') < at('find '));
  assert.ok(at('xxhsum') < at('btrfs device stats'));
});

test('where crypttab and fstab bring nothing back the array is opened by hand and read all the same', async () => {
  const { outcomes, typed } = await reboot({ otherwise: { findmnt: { exitCode: 1 } } });
  assert.deepEqual(outcomes, { ...allHeld, reboot: 'broken' });
  assert.ok(typed.includes('mount -t btrfs -o rw /dev/mapper/crypt-btrfs1 /storage'));
});

test('an array that cannot be opened by hand either is not looked at, and nothing is guessed', async () => {
  const { outcomes } = await reboot({ otherwise: { findmnt: { exitCode: 1 }, 'mount -t btrfs': noMount } });
  const unseen = { files: 'inconclusive', scrub: 'inconclusive', 'device-stats': 'inconclusive' };
  assert.deepEqual(outcomes, { ...unseen, reboot: 'broken' });
});

test('a scrub that fails without a summary is a failure that says why, never a held check', async () => {
  await using drill = await openFork({ otherwise: { 'btrfs scrub start': { exitCode: 1, stderr: 'ERROR: Scrub is already running' } } });
  assert.equal((await failureOf(examineReboot(drill.run))).reason, 'command-failed');
});

test('one mapping that crypttab could not open is told, and is no finding while the array is whole', async () => {
  const { check } = await reboot({ otherwise: { '/usr/lib/raidlab/open-storage': { exitCode: 1 } } });
  assert.equal(check?.outcome, 'held');
  assert.equal(check.evidence[0], '/usr/lib/raidlab/open-storage: exit 1');
});
