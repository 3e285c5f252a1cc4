import assert from 'node:assert/strict';
import { test } from 'node:test';
import { openLabProject } from './rig/lab.ts';
import { openTestDirectory, readEvents, typeRaidlab } from './rig/raidlab.ts';

// The first run builds the images.
const timeout = 900_000;

const layout = ['--layout', 'as-people-have-it', '--mount-point', '/srv/data'];

test('a drill on an array that is mounted elsewhere holds, and nothing is typed for the usual place', { timeout }, async () => {
  await using directory = await openTestDirectory();
  const { exitCode, stdout, stderr } = await typeRaidlab(directory.hostPath, ['drill', 'replace-missing-disk', ...layout]).ended;
  assert.equal(exitCode, 0, stdout + stderr);
  const events = await readEvents(directory.hostPath);
  const checks = events.flatMap((event) => (event.type === 'check-judged' ? [event.check] : []));
  assert.ok(checks.length >= 9 && checks.every(({ outcome }) => outcome === 'held'));
  assert.match(checks.find(({ name }) => name === 'mounted')?.evidence.join(' ') ?? '', / on \/srv\/data, btrfs, rw/u);
  const words = events.flatMap((event) => (event.type === 'command-started' ? event.argv : []));
  assert.ok(words.includes('/srv/data'));
  assert.deepEqual(
    words.filter((word) => word.includes('/storage') && !word.endsWith('/open-storage')),
    [],
  );
});

test('a disk of a lab that is mounted elsewhere fails, and is replaced there', { timeout }, async () => {
  await using lab = await openLabProject();
  assert.match(await lab.ok('up', ...layout), /array .*, mounted on \/srv\/data/u);
  await lab.ok('ssh', '--', 'head -c 3M /dev/urandom > /srv/data/mine; sha256sum /srv/data/mine > /root/before; sync');
  assert.match(await lab.ok('simulate-disk-failure', '--plan'), /mount -t btrfs -o degraded,subvol=@data \S+ \/srv\/data/u);
  const said = await lab.ok('simulate-disk-failure');
  assert.match(said, /^HELD +simulate-disk-failure/mu);
  assert.match(said, /devid 1 DISK3, devid 2 DISK2, mounted on \/srv\/data, every chunk raid1\./u);
  await lab.ok('ssh', '--', 'sha256sum --quiet -c /root/before && ! findmnt /storage && findmnt /srv/data/.snapshots');
});
