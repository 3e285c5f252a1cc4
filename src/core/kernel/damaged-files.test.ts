import assert from 'node:assert/strict';
import { test } from 'node:test';
import { findDamagedFiles } from './damaged-files.ts';

// As kernels 6.12.118 and 6.1.192 said it, during a replace and in a scrub.
const log = [
  '[   36.004828] BTRFS info (device dm-0): dev_replace from <missing disk> (devid 1) to /dev/mapper/crypt-btrfs3 started',
  '[   36.543098] BTRFS error (device dm-0): unable to fixup (regular) error at logical 137101312 on dev <missing disk> physical 137101312',
  '[   36.577266] BTRFS warning (device dm-0): checksum error at logical 137101312 on dev <missing disk>, physical 137101312, root 5, inode 260, offset 1048576, length 4096, links 1 (path: payload/archive/large-0.random)',
  '[   36.584802] BTRFS error (device dm-0): bdev <missing disk> errs: wr 0, rd 0, flush 0, corrupt 1, gen 0',
  '[   36.587124] BTRFS warning (device dm-0): checksum error at logical 138215424 on dev <missing disk>, physical 138215424, root 5, inode 260, offset 2162688, length 4096, links 1 (path: payload/archive/large-0.random)',
  '[   37.097334] BTRFS warning (device dm-0): checksum error at logical 149651456 on dev /dev/mapper/crypt-btrfs2, physical 128679936, root 5, inode 324, offset 53248, length 4096, links 1 (path: payload/documents/shelf 4/file-044.dat)',
];

test('each damaged file is named once, stamps or none', () => {
  const named = ['payload/archive/large-0.random', 'payload/documents/shelf 4/file-044.dat'];
  assert.deepEqual(findDamagedFiles(log), named);
  assert.deepEqual(findDamagedFiles(log.map((line) => line.replace(/^\[[^\]]*\] /, ''))), named);
});

test('a log without damage names nothing, and neither does somebody who merely says so', () => {
  assert.deepEqual(findDamagedFiles(log.filter((line) => !line.includes('path:'))), []);
  assert.deepEqual(findDamagedFiles(['somebody: checksum error at logical 1 on dev x (path: y)']), []);
});
