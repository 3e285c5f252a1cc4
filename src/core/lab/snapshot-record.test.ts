import assert from 'node:assert/strict';
import { test } from 'node:test';
import { isSnapshotName } from './snapshot-name.ts';
import { formatSnapshotRecord, judgeSnapshotHost, parseSnapshotRecord, snapshotVersion } from './snapshot-record.ts';
import type { SnapshotHost, SnapshotRecord } from './snapshot-record.ts';
import { builtLab } from './fixtures/built-lab.ts';

const host: SnapshotHost = {
  qemu: 'QEMU emulator version 10.0.2 (Debian 1:10.0.2+ds-2)',
  accelerator: 'tcg',
  processor: null,
  kernel: { version: '6.12.43+deb13-amd64', digest: 'k1' },
  tools: { description: 'trixie (btrfs-progs 6.14)', digest: 't1' },
  memoryMiB: 1024,
  board: 'b1',
};

const record: SnapshotRecord = {
  v: snapshotVersion,
  madeAt: '2026-11-28T01:00:00.000Z',
  state: {
    ...builtLab,
    sshPort: 40022,
    disks: [{ serial: 'DISK1', sizeBytes: 1024 ** 3, role: 'member', isIn: false, damage: [] }],
    faults: [{ kind: 'read-errors', disk: 'DISK1', everyNth: 3 }],
  },
  machine: { host, bays: [{ serial: 'DISK2', bay: 1 }] },
  files: [{ name: 'DISK1.raw', sizeBytes: 1024 ** 3, xxh128: '00' }],
};

test('what is written is what is read, of a lab that was on and of one that was off', () => {
  for (const written of [record, { ...record, machine: null }]) {
    assert.deepEqual(parseSnapshotRecord(formatSnapshotRecord(written)), { is: 'snapshot', record: written });
  }
});

test('a record that is cut short, changed by hand or of a newer raidlab is not read, and says why', () => {
  const text = formatSnapshotRecord(record);
  for (const [changed, why] of [
    [text.slice(0, 300), /it is no JSON/u],
    [text.replace('"madeAt"', '"madeOn"'), /madeAt is missing/u],
    [text.replace('"bay": 1', '"bay": -1'), /machine\.bays\[0\]\.bay is -1/u],
    [text.replace('"v": 1', '"v": 9'), /it was written by a newer raidlab \(format 9; this one knows 1\)/u],
  ] as const) {
    const read = parseSnapshotRecord(changed);
    assert.match(read.is === 'unreadable' ? read.why : 'it was read', why);
  }
});

test('a machine goes on where all is the same, and what differs is named', () => {
  assert.equal(judgeSnapshotHost(host, { ...host }), undefined);
  const others: readonly (readonly [Partial<SnapshotHost>, RegExp])[] = [
    [
      { qemu: 'QEMU emulator version 10.1.0', board: 'b2' },
      /with QEMU emulator version 10\.0\.2 .*, but here is QEMU emulator version 10\.1\.0/u,
    ],
    [{ accelerator: 'kvm' }, /the accelerator tcg, but here is kvm/u],
    [{ processor: 'p2' }, /a different processor/u],
    [{ kernel: { version: '6.12.48+deb13-amd64', digest: 'k2' } }, /the kernel 6\.12\.43.*, and the cache now has 6\.12\.48/u],
    [{ kernel: { ...host.kernel, digest: 'k2' } }, /its image of the kernel \(6\.12\.43.*\) has been rebuilt/u],
    [{ tools: { description: 'trixie (btrfs-progs 6.14)', digest: 't2' } }, /its image of the tools .* has been rebuilt/u],
    [{ memoryMiB: 2048 }, /a memory of 1024 MiB, but here is 2048 MiB/u],
    [{ board: 'b2' }, /builds its machines differently/u],
  ];
  for (const [change, said] of others) assert.match(judgeSnapshotHost(host, { ...host, ...change }) ?? '', said);
});

test('a name is one file name, and none of raidlab’s own', () => {
  for (const name of ['before', 'a', '2026-11-28', 'Step_3.b']) assert.ok(isSnapshotName(name), name);
  for (const name of ['', '.saving', '..', 'a/b', '-x', 'a b', 'é', 'a'.repeat(51)]) assert.ok(!isSnapshotName(name), name);
});
