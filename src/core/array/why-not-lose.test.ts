import assert from 'node:assert/strict';
import { test } from 'node:test';
import type { ProfileName } from '../btrfs/filesystem-usage.ts';
import { whyNotLose } from './why-not-lose.ts';
import type { ArrayToLoseFrom } from './why-not-lose.ts';

type Device = ArrayToLoseFrom['devices'][number];
const at = (devid: number): string => `/dev/mapper/crypt-btrfs${String(devid)}`;
const device = (devid: number, change: Partial<Device> = {}): Device => ({
  devid,
  name: `crypt-btrfs${String(devid)}`,
  guestDevice: at(devid),
  serial: `DISK${String(devid)}`,
  isMissing: false,
  errors: {},
  ...change,
});
const missing = (devid: number): Device => device(devid, { name: null, guestDevice: null, serial: null, isMissing: true });

/** Chunks of a profile on these devices; null: on a missing one. */
const on = (profile: ProfileName, ...devids: readonly (number | null)[]) => ({
  profile,
  devices: devids.map((devid) => ({ guestDevice: devid === null ? null : at(devid), sizeBytes: 1 })),
});
const array = (devices: readonly Device[], ...blockGroups: readonly ReturnType<typeof on>[]): ArrayToLoseFrom => ({
  devices,
  usage: { blockGroups },
});

const borne: readonly (readonly [string, ArrayToLoseFrom, number])[] = [
  ['one of two copies', array([device(1), device(2)], on('RAID1', 1, 2)), 1],
  ['one without the single chunks, which lie on the other', array([device(1), device(2)], on('RAID1', 1, 2), on('single', 2)), 1],
  ['the second of three copies', array([missing(1), device(2), device(3)], on('RAID1C3', null, 2, 3)), 2],
  ['one that is not in the array', array([device(1), device(2)], on('single', 1, 2)), 7],
];
for (const [what, given, devid] of borne) {
  test(`an array can lose ${what}`, () => {
    assert.equal(whyNotLose(given, devid), null);
  });
}

const refused: readonly (readonly [string, ArrayToLoseFrom, RegExp])[] = [
  [
    'the only copy',
    array([device(1), device(2)], on('RAID1', 1, 2), on('single', 1)),
    /^the array has single chunks, which survive the loss of 0 of its devices$/u,
  ],
  ['a device of a stripe', array([device(1), device(2)], on('RAID0', 1, 2)), /raid0 chunks, which survive the loss of 0/u],
  [
    'the last copy',
    array([device(1), missing(2)], on('RAID1', 1, null)),
    /raid1 chunks, which survive the loss of 1 of its devices, and it cannot rely on devid 2 \(missing\)/u,
  ],
  [
    'one when the disk of another is gone from under it',
    array([device(1), device(2, { serial: null })], on('RAID1', 1, 2)),
    /crypt-btrfs2 \(its disk is gone\)/u,
  ],
  [
    'one when another has missed something',
    array([device(1), device(2, { errors: { write_io_errs: 71 } })], on('RAID1', 1, 2)),
    /DISK2 \(write_io_errs 71: good again after a scrub/u,
  ],
  ['one with chunks on a device that nobody knows', array([device(1), device(2)], on('single', 9)), /single/u],
];
for (const [what, given, why] of refused) {
  test(`an array cannot lose ${what}, and it is said why`, () => {
    assert.match(whyNotLose(given, 1) ?? '', why);
  });
}

test('what is known of a disk from elsewhere counts', () => {
  const given = array([device(1), device(2)], on('RAID1', 1, 2));
  assert.match(whyNotLose(given, 1, new Map([[2, 'damaged']])) ?? '', /cannot rely on DISK2 \(damaged\)/u);
  assert.equal(whyNotLose(given, 2, new Map([[2, 'damaged']])), null);
});
