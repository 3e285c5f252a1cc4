import assert from 'node:assert/strict';
import { test } from 'node:test';
import { describeFailure, RaidlabError } from '../failure/failure.ts';
import type { Failure } from '../failure/failure.ts';
import type { Fault, StandingFault } from '../fault/fault.ts';
import { defaultLayout } from '../layout/layout.ts';
import { planDiskAct } from './disk-act.ts';
import type { DiskAct } from './disk-act.ts';
import type { LabDisk } from './lab-state.ts';

const gibibyte = 1024 ** 3;
const at = '2026-11-25T17:00:00.000Z';
const moment = { at };
const disk = (serial: string, isIn = true): LabDisk => ({ serial, sizeBytes: gibibyte, role: 'member', isIn, damage: [] });
const disks = [disk('DISK1'), disk('DISK2', false)];
const slow: StandingFault = { kind: 'slow-disk', disk: 'DISK2', requestsPerSecond: 5 };
const state = { disks, faults: [slow], layout: defaultLayout };
const plan = (act: DiskAct) => planDiskAct(state, act, 'default', moment);

function failureOf(act: DiskAct): Failure {
  try {
    plan(act);
  } catch (error) {
    if (error instanceof RaidlabError) return error.failure;
    throw error;
  }
  throw new Error('it was not refused');
}

test('a disk that is in is pulled, and kept; its faults stay with it', () => {
  const change = plan({ do: 'pull', disk: 'disk1' });
  assert.deepEqual(change.deeds, [{ deed: 'pull', serial: 'DISK1' }]);
  assert.deepEqual(change.disks, [disk('DISK1', false), disk('DISK2', false)]);
  assert.deepEqual(change.faults, [slow]);
});

test('what is so already is no deed', () => {
  assert.deepEqual(plan({ do: 'pull', disk: 'DISK2' }).deeds, []);
  assert.deepEqual(plan({ do: 'insert', disk: 'DISK1' }).deeds, []);
  assert.deepEqual(plan({ do: 'break', fault: slow }), { disks, faults: [slow], deeds: [] });
});

test('a pulled disk is put back with the faults that it has', () => {
  const change = plan({ do: 'insert', disk: 'DISK2' });
  assert.deepEqual(change.deeds, [{ deed: 'insert', disk: disk('DISK2') }]);
  assert.deepEqual(change.faults, [slow]);
});

test('a new disk has the next number, and is blank', () => {
  const change = plan({ do: 'add', sizeBytes: 5 });
  const added: LabDisk = { serial: 'DISK3', sizeBytes: 5, role: 'added', isIn: true, damage: [] };
  assert.deepEqual(change.deeds, [
    { deed: 'create', disk: added },
    { deed: 'insert', disk: added },
  ]);
  assert.deepEqual(change.disks.at(-1), added);
});

test('on PCI Express a new disk wants a free slot, and a pulled disk keeps its own', () => {
  const layout = { ...defaultLayout, bus: 'virtio' } as const;
  const many = (count: number) => Array.from({ length: count }, (_, index) => disk(`DISK${String(index + 1)}`, index > 0));
  const act: DiskAct = { do: 'add', sizeBytes: 5 };
  assert.equal(planDiskAct({ layout, faults: [], disks: many(15) }, act, 'default', moment).disks.length, 16);
  assert.throws(
    () => planDiskAct({ layout, faults: [], disks: many(16) }, act, 'default', moment),
    (error: unknown) => error instanceof RaidlabError && error.failure.reason === 'no-slot',
  );
  assert.equal(planDiskAct({ layout: defaultLayout, faults: [], disks: many(16) }, act, 'default', moment).disks.length, 17);
});

test('a standing fault is listed until it is taken away', () => {
  const fault: Fault = { kind: 'read-errors', disk: 'DISK1', everyNth: 10 };
  const change = plan({ do: 'break', fault });
  assert.deepEqual(change.deeds, [{ deed: 'inject', fault }]);
  assert.deepEqual(change.faults, [slow, fault]);
  const restored = planDiskAct({ ...state, ...change }, { do: 'restore', disk: 'DISK1' }, 'default', moment);
  assert.deepEqual(restored.deeds, [{ deed: 'clear', fault }]);
  assert.deepEqual(restored.faults, [slow]);
});

test('a header is not wiped where the layout has none: that is said, and nothing is done', () => {
  const layout = { ...defaultLayout, encryption: 'none' } as const;
  const act: DiskAct = { do: 'break', fault: { kind: 'header-wipe', disk: 'DISK1', lengthBytes: 4096 } };
  assert.throws(
    () => planDiskAct({ ...state, layout }, act, 'default', moment),
    (error: unknown) =>
      error instanceof RaidlabError && error.failure.reason === 'bad-fault' && error.failure.why.includes('no LUKS header'),
  );
});

test('damage is written down with its time, and is no standing fault', () => {
  const fault: Fault = { kind: 'header-wipe', disk: 'DISK1', lengthBytes: 4096 };
  const change = plan({ do: 'break', fault });
  assert.deepEqual(change.deeds, [{ deed: 'inject', fault }]);
  const header = [{ offsetBytes: 0, lengthBytes: 4096 }];
  assert.deepEqual(change.disks[0]?.damage, [{ what: 'the first 4 KiB wiped', at, header, data: false, open: null }]);
  assert.deepEqual(change.faults, [slow]);
});

test('on a partition the header begins where the partition does', () => {
  const layout = { ...defaultLayout, partitions: true };
  const fault: Fault = { kind: 'header-wipe', disk: 'DISK1', lengthBytes: 16 * 1024 ** 2 };
  const { deeds, disks } = planDiskAct({ ...state, layout }, { do: 'break', fault }, 'default', moment);
  assert.deepEqual(deeds, [{ deed: 'inject', fault: { ...fault, offsetBytes: 1024 ** 2 } }]);
  assert.deepEqual(disks[0]?.damage, [
    {
      what: 'the first 16 MiB of its partition wiped',
      at,
      header: [{ offsetBytes: 1024 ** 2, lengthBytes: 16 * 1024 ** 2 }],
      data: false,
      open: null,
    },
  ]);
});

test('damage is in the header, behind it, or in both; what the disk was is known from before it lost its header', () => {
  const wipe: Fault = { kind: 'header-wipe', disk: 'DISK1', lengthBytes: 17 * 1024 ** 2 };
  const seen = { at, label: 'luks a', lastScrubAtSeconds: 5 };
  const wiped = planDiskAct(state, { do: 'break', fault: wipe }, 'default', seen);
  const [damage] = wiped.disks[0]?.damage ?? [];
  assert.deepEqual(damage, {
    what: 'the first 17 MiB wiped',
    ...seen,
    header: [{ offsetBytes: 0, lengthBytes: 16 * 1024 ** 2 }],
    data: true,
    open: null,
  });
  const rot: Fault = { kind: 'silent-corruption', disk: 'DISK1', at: [{ offsetBytes: 64 * 1024 ** 2, lengthBytes: 1 }] };
  const rotten = planDiskAct({ ...state, disks: wiped.disks }, { do: 'break', fault: rot }, 'default', moment);
  assert.deepEqual(rotten.disks[0]?.damage[1], {
    what: 'silent corruption at byte 67108864, 1 B',
    at,
    label: 'luks a',
    header: [],
    data: true,
    open: null,
  });
  const nowhere = planDiskAct(
    { ...state, layout: { ...defaultLayout, encryption: 'none' } },
    { do: 'break', fault: rot },
    'default',
    moment,
  );
  assert.deepEqual([nowhere.disks[0]?.damage[0]?.header, nowhere.disks[0]?.damage[0]?.data], [[], true]);
});

test('to restore a disk does not make it forget what was damaged', () => {
  const rot: Fault = { kind: 'silent-corruption', disk: 'DISK1', at: [{ offsetBytes: 64 * 1024 ** 2, lengthBytes: 1 }] };
  const { disks: rotten } = plan({ do: 'break', fault: rot });
  const restored = planDiskAct({ ...state, disks: rotten }, { do: 'restore', disk: null }, 'default', moment);
  assert.deepEqual(restored.disks[0]?.damage, rotten[0]?.damage);
});

test('to restore all is to take every fault away and to put every disk back', () => {
  const change = plan({ do: 'restore', disk: null });
  assert.deepEqual(change.deeds, [
    { deed: 'clear', fault: slow },
    { deed: 'insert', disk: disk('DISK2') },
  ]);
  assert.deepEqual(change.faults, []);
  assert.ok(change.disks.every(({ isIn }) => isIn));
});

test('a disk that is not there is refused, with the one that was probably meant', () => {
  const failure = failureOf({ do: 'pull', disk: 'DIKS1' });
  assert.equal(failure.reason, 'unknown-disk');
  assert.equal(describeFailure(failure).remedy, 'Did you mean "DISK1"? Its disks are: DISK1, DISK2.');
});

test('a fault that a disk cannot have is refused before anything is done', () => {
  const beyond: Fault = { kind: 'silent-corruption', disk: 'DISK1', at: [{ offsetBytes: gibibyte, lengthBytes: 1 }] };
  const failure = failureOf({ do: 'break', fault: beyond });
  assert.ok(failure.reason === 'bad-fault' && failure.why.includes('beyond the end'));
});
