import assert from 'node:assert/strict';
import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { test } from 'node:test';
import { openLabProject } from './rig/lab.ts';
import type { LabProject } from './rig/lab.ts';

// Arrays as people use them: subvolumes, files of their own, options in fstab, work that was left unfinished. Whether a file is lost is
// told by sha256sum in the guest, before and after, which has nothing in common with the proof.
const timeout = 900_000;

const inGuest = (lab: LabProject, ...commands: readonly string[]): Promise<string> => lab.ok('ssh', '--', commands.join(' && '));

const fstab = (from: string, to: string): string => `sed -i 's|${from}|${to}|' /etc/fstab`;

/** Puts the array where most people have it: in a subvolume, by fstab. */
const intoSubvolume = [
  'btrfs subvolume create /storage/@data',
  'btrfs subvolume create /storage/@snapshots',
  'umount /storage',
  fstab('nofail', 'nofail,subvol=@data'),
  'mount /storage',
];

/** Files of every kind that people have. */
const writeFiles = [
  'mkdir /storage/vm "/storage/Bilder 2026"',
  'chattr +C /storage/vm',
  'head -c 8M /dev/urandom > /storage/vm/disk.raw',
  'for i in $(seq 200); do head -c 7000 /dev/urandom > "/storage/Bilder 2026/$i.jpg"; done',
  'ln "/storage/Bilder 2026/1.jpg" /storage/again.jpg',
  'ln -s vm/disk.raw /storage/current',
  'mkfifo /storage/pipe',
  'setfattr -n user.origin -v camera "/storage/Bilder 2026/2.jpg"',
  'mount -o subvolid=5 /dev/mapper/crypt-btrfs1 /mnt',
  'btrfs subvolume snapshot -r /mnt/@data /mnt/@snapshots/1',
  'umount /mnt',
  'cd /storage',
  'find . -type f -print0 | sort -z | xargs -0 sha256sum > /root/before',
  'sync',
];

/** What a person has done to the lab, and why no failure is simulated in it then. */
const refusals: readonly (readonly [string, readonly string[], RegExp])[] = [
  ['data that was converted to one copy', ['btrfs balance start -f -dconvert=single /storage'], /not all of it is raid1: data, single/u],
  [
    'a balance that waits',
    ['(btrfs balance start --full-balance /storage &)', 'sleep 0.2', 'btrfs balance pause /storage'],
    /a balance is paused/u,
  ],
  ['an array that fstab mounts nowhere', ['umount /storage', fstab('^LABEL=.*', ''), 'sync'], /mount nothing on \/storage/u],
  ['a file where raidlab writes its own', ['touch /storage/payload'], /@data\/payload already exists on its array/u],
];

test('an array that was used is judged as what it is', { timeout }, async (suite) => {
  await using lab = await openLabProject();
  await lab.ok('up');
  await inGuest(lab, ...intoSubvolume, ...writeFiles);
  await lab.ok('snapshot', 'save', 'used');

  for (const [what, commands, why] of refusals) {
    await suite.test(`${what}: exit 64, and nothing is done`, async () => {
      await inGuest(lab, ...commands);
      const { exitCode, stderr } = await lab.type('simulate-disk-failure');
      assert.equal(exitCode, 64, stderr);
      assert.match(stderr, why);
      assert.match(await lab.ok('ls'), /default +on/u);
      await lab.ok('snapshot', 'restore', 'used');
    });
  }

  await suite.test('a disk fails: every file of the person is there, in every subvolume, and the proof has compared them', async () => {
    const said = await lab.ok('simulate-disk-failure');
    assert.match(said, /^HELD +simulate-disk-failure/mu);
    assert.match(said, /default is on again: its array is devid 1 DISK3, devid 2 DISK2, mounted on \/storage, every chunk raid1\./u);
    assert.match(await inGuest(lab, 'findmnt -no OPTIONS /storage'), /subvol=\/@data/u);
    await inGuest(lab, 'cd /storage', 'sha256sum --quiet -c /root/before');
    const text = await readFile(join(lab.hostPath, 'raidlab-results', 'latest', 'events.ndjson'), 'utf8');
    assert.match(text, /On the array are 404 files of yours/u);
    await lab.ok('snapshot', 'restore', 'used');
  });

  await suite.test('by its UUID on another mount point it is judged there', async () => {
    await inGuest(
      lab,
      'uuid=$(findmnt -no UUID /storage)',
      'umount /storage',
      'mkdir -p /srv/data',
      'sed -i "s|^LABEL=storage /storage |UUID=$uuid /srv/data |" /etc/fstab',
      'mount /srv/data',
    );
    assert.match(await lab.ok('status'), /\/dev\/\S+ on \/srv\/data/u);
    const said = await lab.ok('simulate-disk-failure');
    assert.match(said, /^HELD +simulate-disk-failure/mu);
    assert.match(said, /devid 1 DISK3, devid 2 DISK2, mounted on \/srv\/data, every chunk raid1\./u);
    await inGuest(lab, 'cd /srv/data', 'sha256sum --quiet -c /root/before', '! findmnt /storage');
    await lab.ok('snapshot', 'restore', 'used');
  });

  await suite.test('with `degraded` in fstab it mounts by itself, nothing is mounted on top, and that is warned of', async () => {
    await inGuest(lab, fstab('nofail', 'nofail,degraded'), 'mount -o remount /storage');
    const said = await lab.ok('simulate-disk-failure', '--verbose');
    assert.match(said, /^HELD +simulate-disk-failure/mu);
    assert.match(said, /fstab mounts the array with `degraded`/u);
    assert.match(said, /It mounts, although a member is missing/u);
    await inGuest(
      lab,
      'cd /storage',
      'sha256sum --quiet -c /root/before',
      'test "$(findmnt --noheadings --mountpoint /storage | wc -l)" = 1',
    );
  });
});
