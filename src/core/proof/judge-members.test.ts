import assert from 'node:assert/strict';
import { test } from 'node:test';
import type { ShownDevice, ShownFilesystem } from '../btrfs/filesystem-show.ts';
import { judgeMembers } from './judge-members.ts';

function device(devid: number, number: number, missing = false): ShownDevice {
  return { devid, sizeBytes: 1, usedBytes: 1, guestDevice: `/dev/mapper/crypt-btrfs${String(number)}`, missing };
}

function shown(devices: readonly ShownDevice[], someDevicesMissing = false): ShownFilesystem {
  return { label: 'storage', uuid: 'u', totalDevices: 2, usedBytes: 1, devices, someDevicesMissing };
}

const expected = [
  { devid: 1, guestDevice: '/dev/mapper/crypt-btrfs3' },
  { devid: 2, guestDevice: '/dev/mapper/crypt-btrfs2' },
];

test('the very disks under their numbers are held, in whatever order they are shown', () => {
  const check = judgeMembers(shown([device(2, 2), device(1, 3)]), expected);
  assert.deepEqual([check.outcome, check.evidence], ['held', ['devid 2: /dev/mapper/crypt-btrfs2', 'devid 1: /dev/mapper/crypt-btrfs3']]);
});

test('an old disk in the place of a new one, one that is missing, and one too few or too many are broken', () => {
  for (const seen of [
    shown([device(1, 1), device(2, 2)]),
    shown([device(1, 3, true), device(2, 2)]),
    shown([device(2, 2)], true),
    shown([device(1, 3), device(2, 2)], true),
    shown([device(1, 3), device(2, 2), device(3, 4)]),
    shown([device(1, 2), device(2, 3)]),
  ]) {
    assert.equal(judgeMembers(seen, expected).outcome, 'broken');
  }
});
