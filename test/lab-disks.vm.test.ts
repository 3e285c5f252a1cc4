import assert from 'node:assert/strict';
import { test } from 'node:test';
import type { LookedAtLab } from '../src/lab/look-at-lab.ts';
import { openLabProject } from './rig/lab.ts';

// The first run builds the images and the template.
const timeout = 900_000;
const byId = (serial: string): string => `/dev/disk/by-id/scsi-0QEMU_QEMU_HARDDISK_${serial}`;
const disk3 = byId('DISK3');
const readDisk3 = `dd if=${disk3} of=/dev/null bs=4096 count=1 iflag=direct status=none`;

test('the disks of a lab, broken live', { timeout }, async (suite) => {
  await using lab = await openLabProject();
  await lab.ok('up');
  const look = async (): Promise<LookedAtLab> => JSON.parse(await lab.ok('status', '--json')) as LookedAtLab;

  await suite.test('status tells which device is on which disk', async () => {
    const { picture } = await look();
    assert.deepEqual(
      picture?.devices.map(({ devid, name, serial }) => [devid, name, serial]),
      [
        [1, 'crypt-btrfs1', 'DISK1'],
        [2, 'crypt-btrfs2', 'DISK2'],
      ],
    );
    assert.deepEqual(
      picture.usage?.blockGroups.map(({ profile }) => profile),
      ['RAID1', 'RAID1', 'RAID1'],
    );
  });

  await suite.test('errors of a disk are the guest’s, over a restart too, until they are taken away', async () => {
    await lab.ok('disk', 'fail', 'disk3', '--read');
    assert.equal((await lab.type('ssh', '--', readDisk3)).exitCode, 1);
    assert.match(await lab.ok('status'), /fault: read errors/u);
    await lab.ok('reload');
    assert.equal((await lab.type('ssh', '--', readDisk3)).exitCode, 1);
    await lab.ok('disk', 'restore', 'DISK3');
    assert.equal((await lab.type('ssh', '--', readDisk3)).exitCode, 0);
    assert.doesNotMatch(await lab.ok('status'), /fault: /u);
  });

  await suite.test('a slow disk is slow', async () => {
    const timed = `s=$(date +%s%N); for i in 1 2 3 4 5 6; do ${readDisk3}; done; echo $(( ($(date +%s%N) - s) / 1000000 ))`;
    await lab.ok('disk', 'slow', 'DISK3', '--latency', '500');
    assert.ok(Number(await lab.ok('ssh', '--', timed)) > 1500);
    await lab.ok('disk', 'restore', 'DISK3');
  });

  await suite.test('rot below the encryption is found and mended by a scrub', async () => {
    await lab.ok('ssh', '--', 'dd if=/dev/urandom of=/storage/file bs=1M count=16 status=none; sync; echo 3 > /proc/sys/vm/drop_caches');
    await lab.ok('disk', 'rot', 'DISK1', '--bytes', '1MiB');
    assert.match(await lab.ok('disk', 'ls'), /silent corruption/u);
    assert.match(await lab.ok('ssh', '--', 'btrfs scrub start -B /storage; true'), /csum=\d+/u);
    const { picture } = await look();
    assert.ok((picture?.devices[0]?.errors.corruption_errs ?? 0) > 0);
    await lab.ok('disk', 'restore', 'DISK1');
  });

  await suite.test('a pulled disk is gone from under its mapping, and the last copy is not taken by mistake', async () => {
    await lab.ok('disk', 'pull', 'DISK1');
    await lab.ok('ssh', '--', 'dd if=/dev/zero of=/storage/more bs=1M count=4 status=none; sync');
    assert.match(await lab.ok('status'), /no disk +crypt-btrfs1 → devid 1, .*: its disk is gone/u);
    for (const words of [
      ['pull', 'DISK2'],
      ['rot', 'DISK2'],
      ['wipe-header', 'DISK2'],
      ['fail', 'DISK2', '--all'],
    ]) {
      const refused = await lab.type('disk', ...words);
      assert.equal(refused.exitCode, 64, words.join(' '));
      assert.match(refused.stderr, /This may destroy the last good copy/u);
    }
    assert.match(await lab.ok('disk', 'pull', 'DISK1'), /Nothing to do/u);
  });

  await suite.test('it stays out over a restart, and comes back when it is put in', async () => {
    await lab.ok('reload');
    assert.equal((await lab.type('ssh', '--', 'ls /dev/disk/by-id/*DISK1')).exitCode, 2);
    await lab.ok('disk', 'insert', 'DISK1');
    await lab.ok('ssh', '--', `ls ${byId('DISK1')}`);
  });

  await suite.test('a new disk is there at once', async () => {
    assert.match(await lab.ok('disk', 'add', '--size', '512MiB'), /^DISK4 +512 MiB +added +in/u);
    assert.match(await lab.ok('ssh', '--', `blockdev --getsize64 ${byId('DISK4')}`), /^536870912\n$/u);
  });

  await suite.test('disks of a lab that is off are broken for its next start', async () => {
    await lab.ok('halt');
    await lab.ok('disk', 'pull', 'DISK4');
    await lab.ok('disk', 'fail', 'DISK3', '--read');
    await lab.ok('up');
    assert.equal((await lab.type('ssh', '--', 'ls /dev/disk/by-id/*DISK4')).exitCode, 2);
    assert.equal((await lab.type('ssh', '--', readDisk3)).exitCode, 1);
  });

  await suite.test('a disk that is not there is refused with the one that was meant', async () => {
    const refused = await lab.type('disk', 'pull', 'DIKS1');
    assert.equal(refused.exitCode, 64);
    assert.match(refused.stderr, /Did you mean "DISK1"/u);
  });
});
