import assert from 'node:assert/strict';
import { test } from 'node:test';
import type { LookedAtLab } from '../src/lab/look-at-lab.ts';
import { openLabProject } from './rig/lab.ts';

// The first run builds the images and the template.
const timeout = 900_000;
const byId = (serial: string): string => `/dev/disk/by-id/scsi-0QEMU_QEMU_HARDDISK_${serial}`;
// A super block that rotted is written anew by a transaction, and by no scrub.
const scrub = 'touch /storage; sync; btrfs scrub start -B /storage; true';

test('damage of a lab is remembered until it is mended', { timeout }, async (suite) => {
  await using lab = await openLabProject();
  await lab.ok('up');
  const look = async (): Promise<LookedAtLab> => JSON.parse(await lab.ok('status', '--json')) as LookedAtLab;
  const damageOf = async (serial: string) => (await look()).state.disks.find((disk) => disk.serial === serial)?.damage;

  await suite.test('rot is not forgotten by a restore, and the other copy is guarded', async () => {
    await lab.ok('ssh', '--', 'dd if=/dev/urandom of=/storage/file bs=1M count=48 status=none; sync; echo 3 > /proc/sys/vm/drop_caches');
    await lab.ok('disk', 'rot', 'DISK2', '--bytes', '20MiB');
    assert.match(
      await lab.ok('disk', 'restore'),
      /DISK2 stays damaged: silent corruption at .*, 20 MiB\. What mends it: `btrfs scrub start/u,
    );
    const refused = await lab.type('disk', 'pull', 'DISK1');
    assert.equal(refused.exitCode, 64);
    assert.match(refused.stderr, /cannot rely on DISK2 \(damaged\)/u);
  });

  await suite.test('only a scrub that finds nothing ends it', async () => {
    await lab.ok('ssh', '--', scrub);
    assert.match((await damageOf('DISK2'))?.[0]?.open ?? '', /corrected/u);
    await lab.ok('ssh', '--', scrub);
    assert.deepEqual(await damageOf('DISK2'), []);
    const counted = await lab.type('disk', 'pull', 'DISK1');
    assert.match(counted.stderr, /cannot rely on DISK2 \(corruption_errs \d+: good again after/u);
    await lab.ok('ssh', '--', 'btrfs device stats -z /storage');
  });

  await suite.test('where there is data without checksums no scrub ends it, a halt neither', async () => {
    await lab.ok(
      'ssh',
      '--',
      'touch /storage/raw; chattr +C /storage/raw; dd if=/dev/urandom of=/storage/raw bs=1M count=8 status=none; sync',
    );
    await lab.ok('disk', 'rot', 'DISK2', '--bytes', '1MiB');
    await lab.ok('ssh', '--', `${scrub}; ${scrub}`);
    await lab.ok('halt');
    assert.match(await lab.ok('disk', 'ls'), /DISK2 .*\n +silent corruption .*: .*a scrub has checked it, except data without checksums/u);
    const refused = await lab.type('simulate-disk-failure');
    assert.equal(refused.exitCode, 64);
    assert.match(refused.stderr, /DISK2 is damaged/u);
    await lab.ok('up');
  });

  await suite.test('a wiped header is remembered until it is restored', async () => {
    await lab.ok('ssh', '--', `cryptsetup luksHeaderBackup ${byId('DISK1')} --header-backup-file /root/header`);
    await lab.ok('disk', 'wipe-header', 'DISK1', '--beyond-redundancy');
    assert.match(await lab.ok('status'), /fault: the first 16 MiB wiped, .*: its header has not been restored/u);
    await lab.ok('ssh', '--', 'umount /storage && cryptsetup close crypt-btrfs1');
    await lab.ok('ssh', '--', `cryptsetup luksHeaderRestore -q ${byId('DISK1')} --header-backup-file /root/header`);
    await lab.ok('ssh', '--', `cryptsetup open --key-file /etc/luks/DISK1.key ${byId('DISK1')} crypt-btrfs1 && mount /storage`);
    assert.deepEqual(await damageOf('DISK1'), []);
  });

  await suite.test('a device that was removed is no longer a member', async () => {
    await lab.ok('ssh', '--', `btrfs device add -f ${byId('DISK3')} /storage && btrfs device remove /dev/mapper/crypt-btrfs2 /storage`);
    assert.match(await lab.ok('status'), /^DISK2 .* no longer in the array$/mu);
    const listed = await lab.ok('disk', 'ls');
    assert.match(listed, /^DISK2 +1 GiB +removed +in$/mu);
    assert.match(listed, /^DISK3 +1 GiB +member +in$/mu);
  });

  await suite.test('an array that stopped writing says so first, and why', async () => {
    for (const serial of ['DISK1', 'DISK3']) await lab.ok('disk', 'fail', serial, '--write', '--beyond-redundancy');
    await lab.type('ssh', '--', 'dd if=/dev/urandom of=/storage/more bs=1M count=4 status=none; sync');
    assert.match(await lab.ok('status'), /btrfs has made the array read-only: BTRFS.*\n.*umount \/storage; mount \/storage/u);
  });
});
