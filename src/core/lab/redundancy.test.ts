import assert from 'node:assert/strict';
import { test } from 'node:test';
import type { BlockGroupProfile } from '../btrfs/filesystem-usage.ts';
import type { ArrayPicture } from '../array/array-picture.ts';
import type { DiskAct } from './disk-act.ts';
import { defaultLayout } from '../layout/layout.ts';
import { disk, rotted, builtLab as state } from './fixtures/built-lab.ts';
import type { LabState } from './lab-state.ts';
import { judgeRedundancy } from './redundancy.ts';

/** An array with chunks of these profiles, and a device for each of these disks; null: its disk is gone. */
function picture(profiles: readonly BlockGroupProfile[], serials: readonly (string | null)[]): ArrayPicture {
  const overall = {} as NonNullable<ArrayPicture['usage']>['overall'];
  return {
    disks: [],
    mountPoint: '/storage',
    mount: null,
    mounts: [],
    devices: serials.map((serial, index) => ({
      devid: index + 1,
      name: null,
      guestDevice: serial,
      serial,
      isMissing: serial === null,
      sizeBytes: 0,
      allocatedBytes: 0,
      errors: {},
      lastScrub: null,
    })),
    usage: {
      overall,
      unallocated: [],
      blockGroups: profiles.map((profile) => ({ type: 'data', profile, sizeBytes: 0, usedBytes: 0, devices: [] })),
    },
    scrub: null,
    whyReadOnly: null,
    replace: null,
    balance: null,
  };
}

const pull = (serial: string): DiskAct => ({ do: 'pull', disk: serial });
const rot: DiskAct = { do: 'break', fault: { kind: 'silent-corruption', disk: 'DISK2', at: [{ offsetBytes: 0, lengthBytes: 1 }] } };
const slow: DiskAct = { do: 'break', fault: { kind: 'slow-disk', disk: 'DISK2', requestsPerSecond: 5 } };
const without1 = { ...state, disks: [disk('DISK1', { isIn: false }), disk('DISK2'), disk('DISK3', { role: 'spare' })] };
const raid1 = picture(['RAID1'], ['DISK1', 'DISK2']);

const allowed: readonly (readonly [string, LabState, DiskAct, ArrayPicture | undefined])[] = [
  ['the first of two', state, pull('DISK1'), raid1],
  ['the first of two of a lab that is off', state, pull('DISK1'), undefined],
  ['a spare, though a member is out', without1, pull('DISK3'), picture(['RAID1'], [null, 'DISK2'])],
  ['what makes slow, though a member is out', without1, slow, picture(['RAID1'], [null, 'DISK2'])],
  ['a disk that has been replaced', without1, pull('DISK1'), picture(['RAID1'], ['DISK3', 'DISK2'])],
  [
    'the second of raid1c3',
    { ...without1, layout: { ...defaultLayout, profile: 'raid1c3' } },
    pull('DISK2'),
    picture(['RAID1C3'], [null, 'DISK2', 'DISK3']),
  ],
  [
    'anything where there is no array yet',
    { ...state, isProvisioned: false, layout: { ...defaultLayout, profile: 'single' } },
    pull('DISK1'),
    undefined,
  ],
];
for (const [what, lab, act, seen] of allowed) {
  test(`allowed: ${what}`, () => {
    assert.equal(judgeRedundancy(lab, act, seen), undefined);
  });
}

const refused: readonly (readonly [string, LabState, DiskAct, ArrayPicture | undefined, string])[] = [
  [
    'the last of two',
    without1,
    pull('disk2'),
    undefined,
    'the array has raid1 chunks, which survive the loss of 1 of its devices, and it cannot rely on DISK1 (pulled)',
  ],
  [
    'the last of two, seen from within',
    without1,
    pull('DISK2'),
    picture(['RAID1'], [null, 'DISK2']),
    'raid1 chunks, which survive the loss of 1 of its devices, and it cannot rely on devid 1 (missing)',
  ],
  ['rot of the other leg', without1, rot, undefined, 'it cannot rely on DISK1 (pulled)'],
  [
    'the other leg, when this one rotted',
    { ...state, disks: [disk('DISK1', { damage: [rotted] }), disk('DISK2')] },
    pull('DISK2'),
    raid1,
    'it cannot rely on DISK1 (damaged)',
  ],
  [
    'the other leg, when this one cannot be read',
    { ...state, faults: [{ kind: 'read-errors', disk: 'DISK1' }] },
    pull('DISK2'),
    raid1,
    'it cannot rely on DISK1 (it has a fault)',
  ],
  [
    'a replaced array whose chunks were not converted',
    state,
    pull('DISK1'),
    picture(['RAID1', 'single'], ['DISK1', 'DISK2']),
    'the array has single chunks, which survive the loss of 0 of its devices',
  ],
  [
    'what nobody knows',
    state,
    pull('DISK1'),
    picture(['RAID0'], ['DISK1', 'DISK2']),
    'the array has raid0 chunks, which survive the loss of 0',
  ],
];
for (const [what, lab, act, seen, why] of refused) {
  test(`refused without --beyond-redundancy: ${what}`, () => {
    assert.ok(judgeRedundancy(lab, act, seen)?.includes(why), judgeRedundancy(lab, act, seen));
  });
}
