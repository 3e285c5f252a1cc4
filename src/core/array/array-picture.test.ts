import assert from 'node:assert/strict';
import { test } from 'node:test';
import { parseDeviceStats } from '../btrfs/device-stats.ts';
import { parseFilesystemShow } from '../btrfs/filesystem-show.ts';
import { parseDmsetupInfo } from '../device-mapper/info.ts';
import type { BlockDevice } from '../util-linux/lsblk.ts';
import { pictureArray } from './array-picture.ts';
import type { SeenArray } from './array-picture.ts';

const block = (name: string, type: string, rest: Partial<BlockDevice> = {}): BlockDevice => ({
  name,
  guestDevice: `/dev/${name}`,
  serial: null,
  sizeBytes: 1024 ** 3,
  type,
  fstype: null,
  uuid: null,
  mountpoints: [],
  children: [],
  ...rest,
});
const encrypted = (name: string, serial: string, mapping: string): BlockDevice =>
  block(name, 'disk', { serial, fstype: 'crypto_LUKS', uuid: `uuid-${serial}`, children: [block(mapping, 'crypt', { fstype: 'btrfs' })] });

const counters = (device: string, writes: number): string =>
  ['write_io_errs', 'read_io_errs', 'flush_io_errs', 'corruption_errs', 'generation_errs']
    .map((counter) => `[${device}].${counter.padEnd(16)} ${String(counter === 'write_io_errs' ? writes : 0)}\n`)
    .join('');

const show = (first: string): string =>
  `Label: 'storage'  uuid: 33822ea3-a5f1-418b-a990-adac9943f663\n\tTotal devices 2 FS bytes used 147456\n\tdevid    1 size 1056964608 used 219676672 path ${first}\n\tdevid    2 size 1056964608 used 219676672 path /dev/dm-1\n\n`;

const seen: SeenArray = {
  blockDevices: [
    block('vda', 'disk', { serial: 'system' }),
    encrypted('sdc', 'DISK1', 'crypt-btrfs1'),
    encrypted('sdb', 'DISK2', 'crypt-btrfs2'),
    block('sda', 'disk', { serial: 'DISK3' }),
  ],
  mappings: parseDmsetupInfo('crypt-btrfs2 dm-1\ncrypt-btrfs1 dm-0\n'),
  mountPoint: '/storage',
  mount: { target: '/storage', source: '/dev/dm-0', fstype: 'btrfs', options: ['rw'] },
  mounts: [],
  shown: parseFilesystemShow(show('/dev/mapper/crypt-btrfs1'))[0] ?? null,
  usage: null,
  stats: parseDeviceStats(counters('/dev/mapper/crypt-btrfs1', 7) + counters('/dev/dm-1', 0), 2),
  scrub: null,
  scrubRecords: [],
  whyReadOnly: null,
  replace: null,
  balance: null,
};

test('each device of the array is on its disk, by whichever name the kernel gives it', () => {
  const { disks, devices } = pictureArray(seen);
  assert.deepEqual(
    disks.map(({ serial, luksUuid, mapping }) => [serial, luksUuid, mapping]),
    [
      ['DISK1', 'uuid-DISK1', 'crypt-btrfs1'],
      ['DISK2', 'uuid-DISK2', 'crypt-btrfs2'],
      ['DISK3', null, null],
    ],
  );
  assert.deepEqual(
    devices.map(({ devid, name, serial, errors }) => [devid, name, serial, errors]),
    [
      [1, 'crypt-btrfs1', 'DISK1', { write_io_errs: 7 }],
      [2, 'crypt-btrfs2', 'DISK2', {}],
    ],
  );
});

test('a device whose disk was pulled from under its mapping has none, and is not missing to btrfs', () => {
  const without = { ...seen, blockDevices: seen.blockDevices.filter(({ serial }) => serial !== 'DISK1') };
  const [first] = pictureArray(without).devices;
  assert.deepEqual([first?.name, first?.serial, first?.isMissing, first?.errors], ['crypt-btrfs1', null, false, { write_io_errs: 7 }]);
});

test('a device that is not encrypted is on its disk by the name that the kernel gives it, until the disk is pulled', () => {
  const plain = {
    ...seen,
    blockDevices: [block('sdc', 'disk', { serial: 'DISK1', fstype: 'btrfs' }), block('sdb', 'disk', { serial: 'DISK2', fstype: 'btrfs' })],
    mappings: [],
    shown: parseFilesystemShow(show('/dev/sdc').replace('/dev/dm-1', '/dev/sdb'))[0] ?? null,
  };
  const placed = (picture: ReturnType<typeof pictureArray>) => picture.devices.map(({ name, serial }) => [name, serial]);
  assert.deepEqual(placed(pictureArray(plain)), [
    ['sdc', 'DISK1'],
    ['sdb', 'DISK2'],
  ]);
  const [pulled] = placed(pictureArray({ ...plain, blockDevices: plain.blockDevices.slice(1) }));
  assert.deepEqual(pulled, ['sdc', null]);
});

test('where nothing is mounted the disks are still there', () => {
  const nothing = { mount: null, shown: null, stats: null };
  const { disks, devices } = pictureArray({ ...seen, ...nothing });
  assert.equal(disks.length, 3);
  assert.deepEqual(devices, []);
});

test('a member on a partition is on its disk, encrypted or not', () => {
  const part = (name: string, rest: Partial<BlockDevice>): BlockDevice => block(name, 'part', rest);
  const container = part('sda1', { fstype: 'crypto_LUKS', uuid: 'uuid-DISK1', children: [block('crypt-btrfs1', 'crypt')] });
  const blockDevices = [
    block('sda', 'disk', { serial: 'DISK1', children: [container] }),
    block('sdb', 'disk', { serial: 'DISK2', children: [part('sdb1', { fstype: 'btrfs' })] }),
  ];
  const shown = parseFilesystemShow(show('/dev/mapper/crypt-btrfs1').replace('/dev/dm-1', '/dev/sdb1'))[0] ?? null;
  const { disks, devices } = pictureArray({ ...seen, blockDevices, shown, stats: null });
  assert.deepEqual(
    disks.map(({ serial, luksUuid, mapping }) => [serial, luksUuid, mapping]),
    [
      ['DISK1', 'uuid-DISK1', 'crypt-btrfs1'],
      ['DISK2', null, null],
    ],
  );
  assert.deepEqual(
    devices.map(({ serial }) => serial),
    ['DISK1', 'DISK2'],
  );
});
