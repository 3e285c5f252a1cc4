import assert from 'node:assert/strict';
import { test } from 'node:test';
import { warnOfScript } from './script-warnings.ts';

test('disks by letter are found, with their lines, and in arguments', () => {
  const text =
    '#!/bin/sh\n# not /dev/sdz\ncryptsetup luksFormat /dev/sdc\nmount /dev/disk/by-id/x /storage; dd if=/dev/nvme0n1p2 of=/dev/null\n';
  const [only = '', ...more] = warnOfScript('replace.sh', text, ['/dev/vdb1']);
  assert.deepEqual(more, []);
  assert.match(only, /^replace\.sh:3 names \/dev\/sdc, replace\.sh:4 names \/dev\/nvme0n1p2, its arguments names \/dev\/vdb1: /u);
});

test('names that stay the same are no finding', () => {
  const text = 'mount /dev/mapper/crypt-btrfs1 /storage\ncat /dev/null /dev/sda-like /dev/disk/by-id/scsi-0QEMU_sdb > /dev/stdout\n';
  assert.deepEqual(warnOfScript('x', text, ['UUID=1', '/dev/shm/sda']), []);
});

test('many are counted', () => {
  const [only = ''] = warnOfScript('x', 'wipefs /dev/sdb\n'.repeat(7), []);
  assert.match(only, /x:5 names \/dev\/sdb, 2 more: /u);
});
