import assert from 'node:assert/strict';
import { test } from 'node:test';
import { parseFilesystemUsage } from '../../core/btrfs/filesystem-usage.ts';
import type { ArrayPicture } from '../../core/array/array-picture.ts';
import type { LabState } from '../../core/lab/lab-state.ts';
import { readFileSync } from 'node:fs';
import { diskListLines, unmendedLines } from './disk-lines.ts';
import { labListLines } from './lab-list-lines.ts';
import type { Line } from '../text/line.ts';
import { statusLines } from './status-lines.ts';
import type { LabStatus } from './status-lines.ts';
import { builtLab, rotted } from '../../core/lab/fixtures/built-lab.ts';

const at = '2026-11-25T17:00:00.000Z';
const nowMs = Date.parse('2026-11-25T19:30:00.000Z');
const gibibyte = 1024 ** 3;
const machine = { kernelVersion: '6.12.118', tools: 'trixie (btrfs-progs 6.14)', accelerator: 'tcg', qemuVersion: '10.0.2' } as const;

const state: LabState = {
  ...builtLab,
  madeAt: at,
  sshPort: 40_022,
  disks: [
    { serial: 'DISK1', sizeBytes: gibibyte, role: 'member', isIn: false, damage: [] },
    {
      serial: 'DISK2',
      sizeBytes: gibibyte,
      role: 'member',
      isIn: true,
      damage: [{ ...rotted, what: 'silent corruption at 3 places, 12 B' }],
    },
    { serial: 'DISK3', sizeBytes: gibibyte, role: 'spare', isIn: true, damage: [] },
  ],
  faults: [{ kind: 'slow-disk', disk: 'DISK3', requestsPerSecond: 5 }],
  life: { state: 'on', at, machine },
};

const usage = parseFilesystemUsage(
  readFileSync(new URL('../../../test/recorded/trixie/btrfs-filesystem-usage-single-chunks.txt', import.meta.url), 'utf8'),
);
const device = { isMissing: false, sizeBytes: gibibyte, allocatedBytes: 256 * 1024 ** 2, errors: {}, lastScrub: null };
const picture: ArrayPicture = {
  disks: [
    { serial: 'DISK2', sizeBytes: gibibyte, luksUuid: '0a0b0c0d-1111-4000-8000-000000000000', mapping: 'crypt-btrfs2' },
    { serial: 'DISK3', sizeBytes: gibibyte, luksUuid: null, mapping: null },
  ],
  mountPoint: '/storage',
  mount: { target: '/storage', source: '/dev/mapper/crypt-btrfs2', fstype: 'btrfs', options: ['rw', 'degraded'] },
  mounts: [],
  devices: [
    { ...device, devid: 1, name: 'crypt-btrfs1', guestDevice: '/dev/mapper/crypt-btrfs1', serial: null, errors: { write_io_errs: 99 } },
    { ...device, devid: 2, name: 'crypt-btrfs2', guestDevice: '/dev/mapper/crypt-btrfs2', serial: 'DISK2' },
  ],
  usage,
  scrub: {
    state: 'running',
    startedAt: 'Sun Nov 22 08:40:01 2026',
    resumed: false,
    durationSeconds: 3,
    totalBytes: 200,
    scrubbedBytes: 50,
    memoryAllocationFailed: false,
    errors: { read: 0, super: 0, verify: 0, csum: 4, corrected: 4, uncorrectable: 0, unverified: 0 },
  },
  whyReadOnly: null,
  replace: { state: 'started', progressPermille: 123, writeErrors: 0, uncorrectableReadErrors: 2 },
  balance: { state: 'running', requested: null, balancedChunks: 1, expectedChunks: 4, consideredChunks: 2 },
};

function textOf(lines: readonly Line[]): string {
  return lines.map(({ indent, spans }) => `${' '.repeat(indent)}${spans.map(({ text }) => text).join(' ')}`).join('\n');
}

const on: LabStatus = { lab: 'default', state, condition: { is: 'on', since: at }, picture, trouble: null };

test('a lab that is on is told from the disks up', () => {
  const told = textOf(statusLines(on, nowMs));
  for (const text of [
    /^default {2}is {2}on$/mu,
    /6\.12\.118 \(trixie\)/u,
    /^DISK1 .* out/mu,
    /^DISK2 .* in +LUKS 0a0b0c0d → crypt-btrfs2 → devid 2, 256 MiB of 1 GiB in chunks$/mu,
    /^DISK3 .* in +blank$/mu,
    /fault: silent corruption at 3 places, 12 B, at 17:00:00 UTC: not scrubbed since/u,
    /fault: slow: 5 requests per second/u,
    /no disk +crypt-btrfs1 → devid 1, .*: its disk is gone, and btrfs does not know/u,
    /counted: write_io_errs 99/u,
    /mounted .*degraded/u,
    /single .*and not raid1: a soft balance would convert it/u,
    /replace 12\.3 % done, 0 write errors, 2 uncorrectable read errors/u,
    /scrub running 25 %, csum 4, corrected 4/u,
    /balance running, 1 of about 4 chunks/u,
  ]) {
    assert.match(told, text);
  }
});

test('a guest that does not answer is told, with all that is known without it', () => {
  const told = textOf(statusLines({ ...on, picture: null, trouble: 'The guest agent did not answer.' }, nowMs));
  assert.match(told, /The guest could not be examined : The guest agent did not answer\./u);
  assert.match(told, /^DISK1 .* out/mu);
});

test('a lab that died says why, and what its console said last', () => {
  const condition = { is: 'died', since: at, why: 'QEMU ended (killed by SIGKILL)', lastConsoleLines: ['[ 2.0] the last'] } as const;
  const told = textOf(statusLines({ ...on, condition, picture: null }, nowMs));
  assert.match(told, /died : QEMU ended \(killed by SIGKILL\)/u);
  assert.match(told, /\[ 2\.0\] the last/u);
});

test('disks are listed with what is wrong with them', () => {
  const told = textOf(diskListLines(state.disks, state.faults, null));
  assert.match(told, /^DISK1 +1 GiB +member +out: pulled$/mu);
  assert.match(told, /^DISK3 +1 GiB +spare +in\n {8}slow: 5 requests per second$/mu);
});

test('a device that was removed from the array is told so, unless btrfs has one without a disk', () => {
  const removed = { ...picture, devices: picture.devices.slice(1) };
  const disks = state.disks.map((disk) => ({ ...disk, isIn: true, damage: [] }));
  const told = (seen: ArrayPicture): string =>
    textOf([...statusLines({ ...on, state: { ...state, disks }, picture: seen }, nowMs), ...diskListLines(disks, [], seen)]);
  assert.match(told(removed), /^DISK1 +1 GiB +in +no longer in the array$/mu);
  assert.match(told(removed), /^DISK1 +1 GiB +removed +in$/mu);
  assert.match(told(removed), /^DISK2 +1 GiB +member +in$/mu);
  assert.doesNotMatch(told(picture), /no longer in the array|removed/u);
});

test('an array that stopped writing says that first, why, and what makes it writable; a balance comes after', () => {
  const mount = { target: '/storage', source: '/dev/mapper/crypt-btrfs2', fstype: 'btrfs', options: ['ro'] };
  const whyReadOnly = 'BTRFS: error (device dm-0) in btrfs_commit_transaction:2523: errno=-5 IO failure';
  const told = textOf(statusLines({ ...on, picture: { ...picture, mount, whyReadOnly } }, nowMs));
  assert.match(
    told,
    /btrfs has made the array read-only : BTRFS: error \(device dm-0\).*IO failure\n.*umount \/storage; mount \/storage.*\n.*mounted/u,
  );
  assert.match(told, /a soft balance would convert it, once it is mounted read-write/u);
  assert.match(textOf(statusLines({ ...on, picture: { ...picture, mount } }, nowMs)), /The array is mounted read-only/u);
});

test('what a restore does not mend is named, with what does', () => {
  const disks = state.disks
    .map((disk) => ({ ...disk, damage: [{ ...rotted, header: [{ offsetBytes: 0, lengthBytes: 4096 }] }] }))
    .slice(0, 1);
  const told = textOf(unmendedLines(disks, '/storage'));
  assert.match(
    told,
    /^DISK1 stays damaged : rot\. What mends it: `cryptsetup luksHeaderRestore` from a backup and `btrfs scrub start -B \/storage`, until one finds nothing\.$/u,
  );
  assert.deepEqual(unmendedLines(state.disks.slice(2), '/storage'), []);
});

test('labs are listed wherever they are, those that cannot be read too', () => {
  const listed = {
    name: 'default',
    hostPath: '/home/me/.raidlab/default',
    trouble: null,
    layout: '2 × 1 GiB',
    kernel: 'trixie',
    sshPort: 40_022,
  };
  const told = textOf(
    labListLines(
      [
        { ...listed, condition: { is: 'on', since: at } },
        { ...listed, name: 'torn', condition: null, trouble: 'it cannot be read', layout: null },
      ],
      nowMs,
    ),
  );
  assert.match(told, /default +on , since 150 min|default +on , since 3 h/u);
  assert.match(told, /ssh on port 40022/u);
  assert.match(told, /torn +it cannot be read/u);
  assert.match(textOf(labListLines([], nowMs)), /You have no lab/u);
});
