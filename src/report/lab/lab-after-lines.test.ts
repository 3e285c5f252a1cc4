import assert from 'node:assert/strict';
import { test } from 'node:test';
import type { ArrayPicture } from '../../core/array/array-picture.ts';
import { chunkProfiles } from '../../core/layout/profile.ts';
import { labAfterLines } from './lab-after-lines.ts';
import { plainText } from '../text/plain-text.ts';

const device = { name: 'crypt-btrfs1', isMissing: false, sizeBytes: 1, allocatedBytes: 1, guestDevice: null, lastScrub: null, errors: {} };
const picture: ArrayPicture = {
  disks: [],
  mountPoint: '/storage',
  mount: { target: '/storage', source: '/dev/mapper/crypt-btrfs1', fstype: 'btrfs', options: ['rw'] },
  mounts: [],
  devices: [
    { ...device, devid: 1, serial: 'DISK3' },
    { ...device, devid: 2, serial: 'DISK2' },
  ],
  usage: null,
  whyReadOnly: null,
  scrub: null,
  replace: null,
  balance: null,
};
const said = (...args: Parameters<typeof labAfterLines>): string => plainText(labAfterLines(...args));

test('a lab that is well is told with its disks', () => {
  const steps = [{ title: 'Pull a disk', completed: true }];
  assert.equal(
    said('nas', picture, chunkProfiles('raid1'), steps),
    'nas is on again: its array is devid 1 DISK3, devid 2 DISK2, mounted on /storage, every chunk raid1.',
  );
});

test('what is wrong with it is told instead, and which steps were not done', () => {
  const [first, second] = picture.devices;
  assert.ok(first !== undefined && second !== undefined);
  const degraded = { ...picture, devices: [{ ...first, serial: null, isMissing: true }, second] };
  const steps = [
    { title: 'Replace the disk', completed: true },
    { title: 'Balance', completed: false },
  ];
  assert.match(
    said('nas', degraded, chunkProfiles('raid1'), steps),
    /on again: devid 1 is missing\.\nNot done, or not finished: Balance\.$/u,
  );
  assert.match(said('nas', { ...picture, mount: null }, chunkProfiles('raid1'), []), /nothing is mounted on \/storage\.$/u);
  assert.match(said('nas', null, chunkProfiles('raid1'), []), /does not report/u);
});
