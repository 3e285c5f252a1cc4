import assert from 'node:assert/strict';
import { test } from 'node:test';
import { defaultLayout } from '../layout/layout.ts';
import { formatLabState, parseLabState } from './lab-state.ts';
import type { LabState } from './lab-state.ts';
import { builtLab, rotted } from './fixtures/built-lab.ts';

const machine = { kernelVersion: '6.12', tools: 'trixie', accelerator: 'tcg', qemuVersion: '10.0.2' } as const;

const state: LabState = {
  ...builtLab,
  sshPort: 2222,
  disks: [
    {
      serial: 'DISK1',
      sizeBytes: 1024 ** 3,
      role: 'member',
      isIn: false,
      damage: [
        rotted,
        { ...rotted, label: 'luks a', lastScrubAtSeconds: null, header: [{ offsetBytes: 0, lengthBytes: 4096 }], open: 'unchecked' },
      ],
    },
    { serial: 'DISK2', sizeBytes: 1024 ** 3, role: 'member', isIn: true, damage: [] },
    { serial: 'DISK3', sizeBytes: 1024 ** 3, role: 'spare', isIn: true, damage: [] },
  ],
  faults: [
    { kind: 'read-errors', disk: 'DISK2', at: [{ offsetBytes: 0, lengthBytes: 4096 }], sense: 'aborted-command' },
    { kind: 'write-errors', disk: 'DISK1', everyNth: 3 },
    { kind: 'slow-disk', disk: 'DISK3', bytesPerSecond: 1_000_000 },
  ],
  life: { state: 'died', at: '2026-11-25T18:00:00.000Z', why: 'killed', lastConsoleLines: ['[ 1.0] hello'] },
};

test('a state comes back as it was written', () => {
  assert.deepEqual(parseLabState(formatLabState(state)), { is: 'lab', state });
  const on: LabState = { ...state, accelerator: 'tcg', sshPort: null, faults: [], life: { state: 'on', at: state.madeAt, machine } };
  assert.deepEqual(parseLabState(formatLabState(on)), { is: 'lab', state: on });
});

test('of a lab with an installed system is kept how its boot stands', () => {
  const limit = { usualMs: 300_000, factor: 2 };
  for (const boot of [
    { end: 'login', stage: 'system', said: 'raidlab login:', afterMs: 31_000.5, limit: null },
    { end: null, stage: 'initramfs', said: 'a passphrase (Please unlock disk x:)', afterMs: 600_000, limit },
  ] as const) {
    const on: LabState = { ...state, boot: 'systemd', life: { state: 'on', at: state.madeAt, machine: { ...machine, boot } } };
    assert.deepEqual(parseLabState(formatLabState(on)), { is: 'lab', state: on });
  }
});

test('a lab that was made before layouts said so much is read as what it is', () => {
  const { memberSizesBytes, spareSizesBytes, profile, kdf } = defaultLayout;
  const old = { ...state, layout: { memberSizesBytes, spareSizesBytes, profile, kdf } };
  assert.deepEqual(parseLabState(JSON.stringify(old)), { is: 'lab', state });
});

test('damage of which an earlier raidlab wrote down no more than words may be anywhere', () => {
  const [first, ...others] = state.disks;
  const old = { ...state, disks: [{ ...first, damage: [{ what: 'rot', at: 'then' }] }, ...others] };
  const read = parseLabState(JSON.stringify(old));
  const header = [{ offsetBytes: 0, lengthBytes: 1 }];
  assert.deepEqual(read.is === 'lab' && read.state.disks[0]?.damage, [{ what: 'rot', at: 'then', header, data: true, open: null }]);
});

test('a state of a newer raidlab is told from a damaged one, whatever else is in it', () => {
  assert.deepEqual(parseLabState('{"v":2,"disks":"elsewhere"}'), { is: 'newer', version: 2 });
});

test('no beginning of a state is taken for one', () => {
  const text = formatLabState(state);
  for (let length = 0; length < text.trimEnd().length; length += 7)
    assert.equal(parseLabState(text.slice(0, length)).is, 'damaged', String(length));
});

const damaged: readonly (readonly [object, string])[] = [
  [{ v: 0 }, 'v is 0, and should be a whole number, 1 or more'],
  [{ disks: undefined }, 'disks is missing'],
  [{ layout: { ...defaultLayout, encryption: 'plain' } }, 'layout.encryption is "plain", and should be one of luks2, luks1, none'],
  [{ layout: { ...defaultLayout, sectorSize: 1024 } }, 'layout.sectorSize is 1024, and should be one of 512, 4096'],
  [{ layout: { ...defaultLayout, profile: 'raid9' } }, 'layout.profile is "raid9", and should be one of raid1'],
  [
    { faults: [{ kind: 'read-errors', disk: 'DISK9' }] },
    'faults is [{"kind":"read-errors","disk":"DISK9"}], and should be faults of disks',
  ],
  [{ faults: [{ kind: 'slow-disk', disk: 'DISK1', bytesPerSecond: 0 }] }, 'faults[0].bytesPerSecond is 0'],
  [
    { disks: [{ ...state.disks[0], damage: [{ ...rotted, open: 'maybe' }] }] },
    'disks[0].damage[0].open is "maybe", and should be one of corrected',
  ],
  [{ boot: 'runit' }, 'boot is "runit", and should be one of systemd'],
  [
    { life: { state: 'on', at: '', machine: { ...machine, boot: { end: 'bliss', stage: 'system', said: '', afterMs: 1, limit: null } } } },
    'life.machine.boot.end is "bliss", and should be one of login, emergency, initramfs-shell',
  ],
  [{ life: { state: 'gone', at: '' } }, 'life.state is "gone", and should be one of off, on, died'],
  [{ life: { state: 'off', at: '', how: 'maybe' } }, 'life.how is "maybe"'],
];
for (const [change, why] of damaged) {
  test(`damaged: ${why}`, () => {
    const read = parseLabState(JSON.stringify({ ...state, ...change }));
    assert.ok(read.is === 'damaged' && read.why.startsWith(why), JSON.stringify(read));
  });
}
