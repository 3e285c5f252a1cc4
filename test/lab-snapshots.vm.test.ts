import assert from 'node:assert/strict';
import { existsSync } from 'node:fs';
import { readdir, readFile, rename, stat, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { test } from 'node:test';
import type { LabState } from '../src/core/lab/lab-state.ts';
import type { ListedSnapshot } from '../src/core/lab/snapshot-record.ts';
import { keeperOf, openLabProject } from './rig/lab.ts';
import { typeRaidlab } from './rig/raidlab.ts';

// The first run builds the images and the template.
const timeout = 900_000;
const disk2 = '/dev/disk/by-id/scsi-0QEMU_QEMU_HARDDISK_DISK2';
const readDisk2 = `dd if=${disk2} of=/dev/null bs=4096 count=1 iflag=direct status=none`;

test('a lab saved whole and made again what it was', { timeout }, async (suite) => {
  await using lab = await openLabProject();
  const { place } = lab;
  const stateOf = async (): Promise<LabState> => JSON.parse(await readFile(place.stateHostPath, 'utf8')) as LabState;
  const ssh = (line: string): Promise<string> => lab.ok('ssh', '--', line);
  const listed = async (): Promise<readonly ListedSnapshot[]> =>
    (JSON.parse(await lab.ok('snapshot', 'ls', '--json')) as { readonly snapshots: readonly ListedSnapshot[] }).snapshots;
  await lab.ok('up');
  let before: LabState | undefined;
  let machineId = '';

  await suite.test('it is saved with a fault, a pulled disk, an added one and what runs, and goes on', async () => {
    await lab.ok('disk', 'add', '--size', '512MiB');
    await lab.ok('disk', 'pull', 'DISK1', '--beyond-redundancy');
    await lab.ok('disk', 'fail', 'DISK3', '--read', '--beyond-redundancy');
    await ssh('echo one > /storage/note; sync; echo in-memory > /run/note');
    // It counts in memory only, and is nobody's child.
    await ssh(
      "setsid sh -c 'echo $$ > /run/counter; n=0; while :; do n=$((n+1)); echo $n > /run/count; sleep 0.05; done' < /dev/null > /dev/null 2>&1 &",
    );
    await ssh('while [ ! -s /run/count ]; do sleep 0.05; done');
    machineId = await ssh('cat /etc/machine-id');
    before = await stateOf();
    assert.match(await lab.ok('snapshot', 'save', 'before'), /^default is saved as before: .*; it paused for [\d.]+ m?s\./u);
    await ssh('n=$(cat /run/count); while [ "$(cat /run/count)" -le "$n" ]; do sleep 0.05; done');
    assert.deepEqual(await stateOf(), before);
  });

  await suite.test('it is listed, and is its user’s alone', async () => {
    const [snapshot] = await listed();
    assert.equal(snapshot?.name, 'before');
    assert.ok(snapshot.sizeBytes > 50 * 1024 ** 2);
    const said = await lab.ok('snapshot', 'ls');
    assert.match(said, /^before +\d+ MiB +0 min old +on: kernel /u);
    assert.match(said, /DISK1 pulled/u);
    assert.match(said, /DISK3: read errors/u);
    const hostPath = join(place.snapshotsHostPath, 'before');
    assert.equal((await stat(hostPath)).mode & 0o777, 0o700);
    for (const name of await readdir(hostPath)) assert.equal((await stat(join(hostPath, name))).mode & 0o777, 0o600, name);
    const refused = await lab.type('snapshot', 'save', 'before');
    assert.equal(refused.exitCode, 64);
    assert.match(refused.stderr, /already has a snapshot called "before"/u);
  });

  await suite.test('everything is changed, and it is as it was after a restore', async () => {
    await lab.ok('disk', 'restore');
    await ssh(
      'kill $(cat /run/counter); rm /run/count; echo other > /run/note; echo other > /etc/machine-id; echo two > /storage/note; sync',
    );
    await lab.ok('disk', 'fail', 'DISK2', '--read', '--beyond-redundancy');
    await lab.ok('disk', 'add', '--size', '512MiB');
    assert.match(await lab.ok('snapshot', 'restore', 'before'), /^default is on, as it was in before, after/u);
    assert.equal(await ssh('cat /storage/note /run/note /etc/machine-id'), `one\nin-memory\n${machineId}`);
    await ssh('n=$(cat /run/count); while [ "$(cat /run/count)" -le "$n" ]; do sleep 0.05; done');
    assert.equal(await ssh('cd /dev/disk/by-id; ls -d *DISK? | sort | cut -d_ -f4'), 'DISK2\nDISK3\nDISK4\n');
    assert.equal((await lab.type('ssh', '--', readDisk2.replace('DISK2', 'DISK3'))).exitCode, 1);
    assert.equal((await lab.type('ssh', '--', readDisk2)).exitCode, 0);
    const guestMs = Number(await ssh('date +%s%3N'));
    assert.ok(Math.abs(Date.now() - guestMs) < 5000, 'the clock is that of now');
    const after = await stateOf();
    assert.deepEqual({ ...after, life: null }, { ...before, life: null });
    assert.deepEqual((await readdir(place.disksHostPath)).sort(), ['DISK1.raw', 'DISK2.raw', 'DISK3.raw', 'DISK4.raw', 'system.raw']);
    assert.ok(!existsSync(place.restoreHostPath));
  });

  await suite.test('the pulled disk comes back', async () => {
    await lab.ok('disk', 'insert', 'DISK1');
    assert.equal(await ssh('ls -d /dev/disk/by-id/*DISK1 | wc -l'), '1\n');
  });

  await suite.test('it is restored again and again, and from a machine that died', async () => {
    await lab.ok('crash');
    await lab.ok('snapshot', 'restore', 'before');
    assert.equal(await ssh('cat /run/note'), 'in-memory\n');
  });

  await suite.test('one that is damaged, or of another QEMU, is refused, and the lab goes on', async () => {
    const hostPath = join(place.snapshotsHostPath, 'before');
    const { owner } = await keeperOf(place);
    const record = await readFile(join(hostPath, 'snapshot.json'), 'utf8');
    for (const [text, said] of [
      [
        record.replace(/"qemu": "QEMU emulator version [\d.]+/u, '"qemu": "QEMU emulator version 9.9.9'),
        /it was saved with QEMU emulator version 9\.9\.9/u,
      ],
      [record.replace(/"xxh128": "../u, '"xxh128": "zz'), /is damaged: the content of \S+ has changed/u],
      [record.slice(0, 200), /is damaged: it is no JSON/u],
    ] as const) {
      await writeFile(join(hostPath, 'snapshot.json'), text);
      const refused = await lab.type('snapshot', 'restore', 'before');
      assert.equal(refused.exitCode, 69);
      assert.match(refused.stderr, said);
    }
    await writeFile(join(hostPath, 'snapshot.json'), record);
    await rename(join(hostPath, 'machine'), join(lab.hostPath, 'machine'));
    assert.match((await lab.type('snapshot', 'restore', 'before')).stderr, /machine is missing/u);
    await rename(join(lab.hostPath, 'machine'), join(hostPath, 'machine'));
    assert.equal((await keeperOf(place)).owner.pid, owner.pid);
    assert.equal(await ssh('cat /run/note'), 'in-memory\n');
  });

  await suite.test('a save that is interrupted leaves nothing half, and the lab on', async () => {
    const typed = typeRaidlab(lab.hostPath, ['snapshot', 'save', 'half'], lab.env);
    while (!existsSync(join(place.snapshotsHostPath, '.saving')) && typed.child.exitCode === null) await new Promise(setImmediate);
    typed.child.kill('SIGINT');
    const { exitCode } = await typed.ended;
    assert.ok(exitCode === 130 || exitCode === 0, String(exitCode));
    assert.equal(await ssh('cat /run/note'), 'in-memory\n');
    assert.deepEqual((await readdir(place.snapshotsHostPath)).sort(), exitCode === 0 ? ['before', 'half'] : ['before']);
    if (exitCode === 0) await lab.ok('snapshot', 'rm', 'half');
  });

  await suite.test('of a lab that is off the disks are saved; a running one’s can be restored alone', async () => {
    await lab.ok('snapshot', 'restore', 'before', '--disks-only');
    assert.match(await lab.ok('status'), /default is off: its power was cut/u);
    assert.match(await lab.ok('snapshot', 'save', 'off'), /it is off, so only its disks are saved/u);
    assert.deepEqual(
      (await listed()).map(({ name, record }) => [name, record?.machine === null]),
      [
        ['before', false],
        ['off', true],
      ],
    );
  });

  await suite.test('what is removed is gone, and what is not there is named', async () => {
    assert.match((await lab.type('snapshot', 'rm', 'befor')).stderr, /Did you mean "before"/u);
    await lab.ok('snapshot', 'rm', 'before', 'off');
    assert.deepEqual(await readdir(place.snapshotsHostPath), []);
    assert.match(await lab.ok('snapshot', 'ls'), /There are no snapshots/u);
  });
});
