import assert from 'node:assert/strict';
import { test } from 'node:test';
import { isCommand, recordings, testRecordings } from '../parsing/recordings.test.ts';
import type { Expectation } from '../parsing/recordings.test.ts';
import { UnknownOutput } from '../parsing/unknown-output.ts';
import { allBlockDevices, findDisk, lsblkColumns, parseLsblk } from './lsblk.ts';
import type { BlockDevice } from './lsblk.ts';

/** These disks, and stacked on some of them mappings with a btrfs or nothing. */
function disks(serials: readonly string[], mappings: Readonly<Record<string, string>>): Expectation<readonly BlockDevice[]> {
  return {
    parse: parseLsblk,
    check: (devices, { argv }) => {
      assert.deepEqual(argv.slice(1), ['--json', '-b', '-o', lsblkColumns.join(',')]);
      // The disks of the guest itself have serials, too, in some userlands' recordings.
      const scsi = devices.filter(({ serial }) => serial?.startsWith('DISK'));
      assert.deepEqual(
        scsi.map(({ serial }) => serial),
        serials,
      );
      assert.ok(scsi.every(({ sizeBytes, type }) => sizeBytes === 1024 ** 3 && type === 'disk'));
      const found: Record<string, string> = {};
      for (const { serial, children } of scsi) for (const child of children) found[serial ?? ''] = child.guestDevice;
      assert.deepEqual(found, mappings);
      for (const serial of serials) assert.equal(findDisk(devices, serial)?.serial, serial);
      const crypt = allBlockDevices(devices).filter(({ type }) => type === 'crypt');
      assert.equal(crypt.length, Object.keys(mappings).length);
    },
  };
}

const all = ['DISK1', 'DISK2', 'DISK3', 'DISK4', 'DISK5'];
const mapping = (number: number): string => `/dev/mapper/crypt-btrfs${String(number)}`;

const expected: Readonly<Record<string, Expectation<readonly BlockDevice[]>>> = {
  'lsblk-blank': disks(all, {}),
  'lsblk-healthy': disks(all, { DISK1: mapping(1), DISK2: mapping(2), DISK3: mapping(3) }),
  // The disk is gone and so is its mapping from this tree, although it is still mounted.
  'lsblk-pulled': disks(all.slice(1), { DISK2: mapping(2), DISK3: mapping(3) }),
};

testRecordings('lsblk --json', isCommand('lsblk'), expected);

test('the mapping that is mounted says where', () => {
  for (const { stdout } of recordings.filter(({ name }) => name === 'lsblk-healthy')) {
    const member = findDisk(parseLsblk(stdout), 'DISK1')?.children[0];
    assert.deepEqual(member?.mountpoints, ['/storage']);
    assert.equal(member.fstype, 'btrfs');
    assert.equal(findDisk(parseLsblk(stdout), 'DISK2')?.fstype, 'crypto_LUKS');
  }
});

test('a disk that is not there is not found', () => {
  for (const { stdout } of recordings.filter(({ name }) => name === 'lsblk-pulled')) {
    assert.equal(findDisk(parseLsblk(stdout), 'DISK1'), undefined);
  }
});

test('a key that was not asked for, or is absent, is refused', () => {
  for (const { stdout } of recordings.filter(({ name }) => name === 'lsblk-healthy')) {
    assert.throws(() => parseLsblk(stdout.replace('"serial"', '"model"')), UnknownOutput);
    assert.throws(() => parseLsblk(stdout.replace('"serial": "DISK1",', '')), UnknownOutput);
    assert.throws(() => parseLsblk(stdout.replace('"serial": "DISK1",', '"serial": "DISK1", "ro": false,')), UnknownOutput);
    assert.throws(() => parseLsblk(stdout.replace('"size": 1073741824', '"size": "1G"')), UnknownOutput);
  }
  for (const text of ['', '[]', '{}', 'null', '{"blockdevices": null}']) assert.throws(() => parseLsblk(text), UnknownOutput);
});
