import assert from 'node:assert/strict';
import { test } from 'node:test';
import type { EventBody, RecordedEvent } from '../../core/event.ts';
import { DiskHistory } from './disk-history.ts';

const machine = 'main';
const target = '/dev/mapper/crypt-btrfs3';

function recorded(body: EventBody): RecordedEvent {
  return { ...body, v: 1, seq: 0, at: '2026-11-29T08:00:00.000Z', job: 'x' };
}

function typed(...argv: readonly string[]): RecordedEvent {
  return recorded({ type: 'command-typed', machine, argv, command: argv.join(' ') });
}

function ended(exitCode: number, stdout: string, ...argv: readonly string[]): RecordedEvent {
  return recorded({ type: 'command-ended', machine, argv, exitCode, stdout, stderr: '', durationMs: 1 });
}

function fault(type: 'fault-injected' | 'fault-cleared', name: string, disk: string): RecordedEvent {
  return recorded(type === 'fault-injected' ? { type, machine, fault: name, disk, bytes: null } : { type, machine, fault: name, disk });
}

const replace = ['btrfs', 'replace', 'start', '-B', '-f', '1', target, '/storage'] as const;
const pull = fault('fault-injected', 'disk-pull', 'DISK1');
const insert = fault('fault-cleared', 'disk-pull', 'DISK1');

/** Events, and what DISK1, DISK2 and DISK3 are after them; the array is of the first two. */
const tables: readonly (readonly [sentence: string, events: readonly RecordedEvent[], states: string])[] = [
  ['nothing happened', [], 'in, in, spare'],
  ['a disk is pulled', [pull], 'pulled, in, spare'],
  ['a disk that is inserted again is stale', [pull, insert], 'stale, in, spare'],
  ['a scrub ends that', [pull, insert, ended(0, '', 'btrfs', 'scrub', 'start', '-B', '/storage')], 'in, in, spare'],
  ['a read-only scrub mends nothing', [pull, insert, ended(0, '', 'btrfs', 'scrub', 'start', '-B', '-r', '/storage')], 'stale, in, spare'],
  ['a disk that fails', [fault('fault-injected', 'read-errors', 'DISK2')], 'in, failing, spare'],
  [
    'and is slow as well is failing',
    [fault('fault-injected', 'slow-disk', 'DISK2'), fault('fault-injected', 'all-errors', 'DISK2')],
    'in, failing, spare',
  ],
  [
    'a slow disk that is well again',
    [fault('fault-injected', 'slow-disk', 'DISK2'), fault('fault-cleared', 'slow-disk', 'DISK2')],
    'in, in, spare',
  ],
  ['a wiped header is damage', [fault('fault-injected', 'header-wipe', 'DISK1')], 'damaged, in, spare'],
  [
    'a header that was restored is none',
    [
      fault('fault-injected', 'header-wipe', 'DISK1'),
      ended(0, '', 'cryptsetup', 'luksHeaderRestore', '--batch-mode', '/dev/disk/by-id/virtio-DISK1'),
    ],
    'in, in, spare',
  ],
  ['a replace builds its target', [pull, typed(...replace)], 'pulled, in, being rebuilt'],
  ['and its end makes it a member', [pull, typed(...replace), ended(0, '', ...replace)], 'pulled, in, in'],
  [
    'a disk that was replaced comes back as no member, and stale',
    [pull, typed(...replace), ended(0, '', ...replace), insert],
    'stale, in, in',
  ],
  [
    'until it is wiped',
    [pull, typed(...replace), ended(0, '', ...replace), insert, ended(0, '', 'wipefs', '--all', '/dev/mapper/crypt-btrfs1')],
    'spare, in, in',
  ],
  ['a replace that is refused leaves a spare', [pull, typed(...replace), ended(1, '', ...replace)], 'pulled, in, spare'],
  [
    'one that was cut off goes on, until its status says that it is finished',
    [
      pull,
      typed(...replace),
      ended(
        0,
        'Started on 22.Nov 08:40:01, finished on 22.Nov 08:41:00, 0 write errs, 0 uncorr. read errs\n',
        'btrfs',
        'replace',
        'status',
        '-1',
        '/storage',
      ),
    ],
    'pulled, in, in',
  ],
  ['or is canceled', [pull, typed(...replace), ended(0, '', 'btrfs', 'replace', 'cancel', '/storage')], 'pulled, in, spare'],
  ['a device is added', [ended(0, '', 'btrfs', 'device', 'add', target, '/storage')], 'in, in, in'],
  ['and another removed, by its number', [ended(0, '', 'btrfs', 'device', 'remove', '2', '/storage')], 'in, spare, spare'],
  ['what is copied away goes to a filesystem of its own', [ended(0, '', 'mkfs.btrfs', '-q', '-f', target)], 'in, in, spare'],
  ['until that is mounted in the place of the array', [ended(0, '', 'mount', '-t', 'btrfs', '-o', 'rw', target, '/storage')], 'in, in, in'],
  ['a command that says nothing of disks', [typed('sync'), ended(0, '', 'sync')], 'in, in, spare'],
];

for (const [sentence, events, states] of tables) {
  test(`disks: ${sentence}`, () => {
    const history = new DiskHistory(['DISK1', 'DISK2', 'DISK3'], ['DISK1', 'DISK2'], '/storage');
    for (const event of events) history.add(event);
    assert.equal(['DISK1', 'DISK2', 'DISK3'].map((disk) => history.stateOf(disk)).join(', '), states);
  });
}

test('a name that somebody gave a mapping is the disk that it was opened on', () => {
  const history = new DiskHistory(['A', 'B', 'C'], ['A', 'B'], '/storage');
  history.add(typed('cryptsetup', 'open', '--type', 'luks', '/dev/disk/by-id/scsi-0QEMU_QEMU_HARDDISK_C', 'vault'));
  history.add(typed('btrfs', 'replace', 'start', '2', '/dev/mapper/vault', '/storage'));
  assert.equal(history.stateOf('C'), 'being rebuilt');
});

test('what a sample says of members and disks counts', () => {
  const history = new DiskHistory(['DISK1', 'DISK2', 'DISK3'], ['DISK1', 'DISK2'], '/storage');
  const disks = ['DISK1', 'DISK2', 'DISK3'].map((serial) => ({ serial, isIn: serial !== 'DISK2' }));
  const devices = [1, 2].map((devid) => ({ devid, disk: devid === 1 ? 'DISK1' : 'DISK3', sizeBytes: 1, errors: {} }));
  history.add(recorded({ type: 'array-sampled', machine, sample: { mounts: [], devices, chunks: [] }, disks, acknowledgedRecords: 0 }));
  assert.equal(['DISK1', 'DISK2', 'DISK3'].map((disk) => history.stateOf(disk)).join(', '), 'in, pulled, in');
});
