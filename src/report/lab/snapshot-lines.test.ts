import assert from 'node:assert/strict';
import { test } from 'node:test';
import { snapshotVersion } from '../../core/lab/snapshot-record.ts';
import type { SnapshotRecord } from '../../core/lab/snapshot-record.ts';
import { plainText } from '../text/plain-text.ts';
import { snapshotListLines } from './snapshot-lines.ts';
import { builtLab, rotted } from '../../core/lab/fixtures/built-lab.ts';

const nowMs = Date.parse('2026-11-28T14:00:00.000Z');

const record: SnapshotRecord = {
  v: snapshotVersion,
  madeAt: '2026-11-28T11:00:00.000Z',
  state: {
    ...builtLab,
    disks: [
      { serial: 'DISK1', sizeBytes: 1024 ** 3, role: 'member', isIn: false, damage: [] },
      {
        serial: 'DISK2',
        sizeBytes: 1024 ** 3,
        role: 'member',
        isIn: true,
        damage: [{ ...rotted, what: 'header wiped' }],
      },
    ],
    faults: [{ kind: 'read-errors', disk: 'DISK2', everyNth: 3 }],
  },
  machine: {
    host: {
      qemu: 'QEMU emulator version 10.0.2',
      accelerator: 'tcg',
      processor: null,
      kernel: { version: '6.12.43', digest: 'k' },
      tools: { description: 'trixie', digest: 't' },
      memoryMiB: 1024,
      board: 'b',
    },
    bays: [],
  },
  files: [],
};

test('each snapshot says what it takes, how old it is, how the lab was, and what was wrong with its disks', () => {
  const said = plainText(
    snapshotListLines(
      [
        { name: 'before', sizeBytes: 176 * 1024 ** 2, record, trouble: null },
        { name: 'off', sizeBytes: 40 * 1024 ** 2, record: { ...record, machine: null }, trouble: null },
        { name: 'bad', sizeBytes: 1024, record: null, trouble: 'The snapshot "bad" is damaged: machine is missing.' },
      ],
      nowMs,
    ),
  ).split('\n');
  assert.match(said[0] ?? '', /^before {2}176 MiB +3 h old +on: kernel 6\.12\.43$/u);
  assert.match(said[1] ?? '', /^ +2 × 1 GiB \+ 1 spare, LUKS2, raid1$/u);
  assert.deepEqual(
    said.slice(2, 5).map((row) => row.trim().split(':')[0]),
    ['DISK1 pulled', 'DISK2', 'DISK2'],
  );
  assert.match(said[5] ?? '', /^off {5}40 MiB +3 h old +off$/u);
  assert.match(said.at(-1) ?? '', /^bad {5}1 KiB +The snapshot "bad" is damaged/u);
});

test('where there is none, how one is made is said', () => {
  assert.match(plainText(snapshotListLines([], nowMs)), /`raidlab snapshot save NAME`/u);
});
