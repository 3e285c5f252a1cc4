import assert from 'node:assert/strict';
import { test } from 'node:test';
import { parseOneFilesystem } from '../btrfs/filesystem-show.ts';
import { defaultLayout } from '../layout/layout.ts';
import { planArray } from '../plan/array.ts';
import { areSameMembers, describeMembers, membersShown } from './members-shown.ts';

const array = planArray(defaultLayout, ['u1', 'u2', 'u3']);
const containers = [...array.members, ...array.spares];
const known = array.members.map((container, index) => ({ devid: index + 1, container }));
const shown = (...devices: readonly string[]) =>
  membersShown(
    parseOneFilesystem(
      `Label: 'storage'  uuid: bc985c49-bbb9-4b00-aadc-b1f9f2d8711f\n\tTotal devices ${String(devices.length)} FS bytes used 1\n${devices.map((device) => `\tdevid    ${device}\n`).join('')}\n`,
    ),
    containers,
    known,
  );
const words = (...devices: readonly string[]): readonly string[] => {
  const result = shown(...devices);
  return result.is === 'known' ? describeMembers(result.members) : [`stranger ${result.guestDevice}`];
};

test('members are who the array lists, by number and mapping', () => {
  assert.deepEqual(words('3 size 1 used 1 path /dev/mapper/crypt-btrfs3', '2 size 1 used 1 path /dev/mapper/crypt-btrfs2'), [
    'devid 2: DISK2',
    'devid 3: DISK3',
  ]);
});

test('one that is missing, and one that only the kernel has a name for, is who had its number', () => {
  assert.deepEqual(words('1 size 0 used 0 path  MISSING', '2 size 1 used 1 path /dev/dm-1'), ['devid 1: DISK1', 'devid 2: DISK2']);
});

test('a device that is no container of the layout is a stranger', () => {
  assert.deepEqual(words('1 size 1 used 1 path /dev/mapper/crypt-btrfs1', '2 size 1 used 1 path /dev/mapper/mine'), [
    'stranger /dev/mapper/mine',
  ]);
});

test('members are the same whatever their order', () => {
  assert.ok(areSameMembers(known, known.toReversed()));
  assert.ok(!areSameMembers(known, known.slice(1)));
});
