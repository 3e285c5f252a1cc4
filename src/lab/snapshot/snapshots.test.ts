import assert from 'node:assert/strict';
import { mkdir, open, readdir, readFile, rm, stat, truncate, writeFile } from 'node:fs/promises';
import { dirname, join } from 'node:path';
import { test } from 'node:test';
import { RaidlabError } from '../../core/failure/failure.ts';
import type { LabState } from '../../core/lab/lab-state.ts';
import { createTestContext, failureOf } from '../../machine/fixtures/scripted-peer.ts';
import type { Machine } from '../../machine/machine.ts';
import { openLabDirectory } from '../fixtures/lab-directory.ts';
import type { LabPlace } from '../place/lab-place.ts';
import { settleRestore, stageRestore } from './restore-snapshot.ts';
import { saveSnapshot } from './save-snapshot.ts';
import { judgeFiles, measureFiles } from './snapshot-files.ts';
import { listSnapshotNames, listSnapshots, readSnapshot, removeSnapshot } from './snapshots.ts';
import { readLabState, writeLabState } from '../place/state-file.ts';
import { builtLab } from '../../core/lab/fixtures/built-lab.ts';

const ctx = createTestContext();
const mebibyte = 1024 ** 2;

const state: LabState = {
  ...builtLab,
  disks: [{ serial: 'DISK1', sizeBytes: 8 * mebibyte, role: 'member', isIn: true, damage: [] }],
};

/** Writes a lab that is off, with one disk that has a megabyte of one letter on it. */
async function writeLab(place: LabPlace, letter: string): Promise<void> {
  await mkdir(place.disksHostPath, { recursive: true, mode: 0o700 });
  for (const name of ['DISK1.raw', 'system.raw']) {
    await writeFile(join(place.disksHostPath, name), Buffer.alloc(mebibyte, letter), { mode: 0o600 });
    await truncate(join(place.disksHostPath, name), 8 * mebibyte);
  }
  await writeLabState(place, { ...state, kernel: letter });
}

async function lettersOf(place: LabPlace): Promise<string> {
  const letters = ['DISK1.raw', 'system.raw'].map(async (name) => (await readFile(join(place.disksHostPath, name), 'latin1')).charAt(0));
  return [...(await Promise.all(letters)), (await readLabState(place)).kernel].join('');
}

test('a lab that is off is saved, listed, and its room is given back', async () => {
  await using directory = await openLabDirectory();
  const { place } = directory;
  await writeLab(place, 'a');
  const { sizeBytes, pausedMs } = await saveSnapshot(ctx, place, 'before', { state, source: undefined });
  assert.equal(pausedMs, null);
  assert.ok(sizeBytes >= 2 * mebibyte && sizeBytes < 3 * mebibyte, String(sizeBytes));
  const [listed] = await listSnapshots(place);
  assert.deepEqual([listed?.name, listed?.sizeBytes, listed?.record?.machine], ['before', sizeBytes, null]);
  const hostPath = join(place.snapshotsHostPath, 'before');
  assert.equal((await stat(hostPath)).mode & 0o777, 0o700);
  for (const name of await readdir(hostPath)) assert.equal((await stat(join(hostPath, name))).mode & 0o777, 0o600, name);
  assert.equal((await failureOf(saveSnapshot(ctx, place, 'before', { state, source: undefined }))).reason, 'snapshot-exists');
  assert.equal((await failureOf(saveSnapshot(ctx, place, '../x', { state, source: undefined }))).reason, 'bad-snapshot-name');
  await removeSnapshot(ctx, place, 'before');
  assert.deepEqual(await readdir(place.snapshotsHostPath), []);
  assert.equal((await failureOf(removeSnapshot(ctx, place, 'before'))).reason, 'no-snapshot');
});

test('a snapshot that cannot be finished leaves nothing, and what a killed one left is no snapshot and goes with the next', async () => {
  await using directory = await openLabDirectory();
  const { place } = directory;
  await writeLab(place, 'a');
  await rm(join(place.disksHostPath, 'system.raw'));
  await assert.rejects(saveSnapshot(ctx, place, 'x', { state, source: undefined }));
  assert.deepEqual(await readdir(place.snapshotsHostPath), []);
  await mkdir(join(place.snapshotsHostPath, '.saving'));
  await writeFile(join(place.snapshotsHostPath, '.saving', 'machine'), 'half');
  assert.deepEqual(await listSnapshotNames(place), []);
  await writeLab(place, 'a');
  await saveSnapshot(ctx, place, 'x', { state, source: undefined });
  assert.deepEqual(await readdir(place.snapshotsHostPath), ['x']);
});

test('where the disk is full while the machine is saved, that is said, and nothing is left before it goes on', async () => {
  await using directory = await openLabDirectory();
  const { place } = directory;
  await writeLab(place, 'a');
  let leftBeforeItGoesOn: readonly string[] = ['?'];
  const machine = {
    bays: () => [],
    snapshot: async (_ctx: unknown, _hostPath: string, work: Parameters<Machine['snapshot']>[2]) => {
      await work.copyDisks();
      await work.discard();
      leftBeforeItGoesOn = await readdir(place.snapshotsHostPath);
      const said = 'Unable to write to file: No space left on device';
      throw new RaidlabError({ area: 'machine', reason: 'state-not-moved', machine: 'default', waitingFor: 'it', said });
    },
  } as unknown as Machine;
  const host = {
    qemu: 'q',
    accelerator: 'tcg',
    processor: null,
    kernel: { version: 'k', digest: 'k' },
    tools: { description: 't', digest: 't' },
    memoryMiB: 1,
    board: 'b',
  } as const;
  const failure = await failureOf(saveSnapshot(ctx, place, 'x', { state, source: { machine, host } }));
  assert.equal(failure.reason, 'disk-full');
  assert.deepEqual(leftBeforeItGoesOn, []);
  assert.deepEqual(await readdir(place.snapshotsHostPath), []);
});

test('holes and zeroes are the same to a check, and anything else is found', async () => {
  await using directory = await openLabDirectory();
  const hostPath = join(directory.hostPath, 'f');
  await writeFile(hostPath, Buffer.concat([Buffer.alloc(200_000, 'a'), Buffer.alloc(mebibyte)]));
  const written = await measureFiles(ctx, directory.hostPath, ['f']);
  await truncate(hostPath, 200_000);
  await truncate(hostPath, 200_000 + mebibyte);
  assert.equal(await judgeFiles(ctx, directory.hostPath, written), undefined);
  await using file = await open(hostPath, 'r+');
  for (const [place, byte, back] of [
    [199_999, 'b', 'a'],
    [900_000, 'b', '\0'],
  ] as const) {
    await file.write(byte, place);
    assert.equal(await judgeFiles(ctx, directory.hostPath, written), 'the content of f has changed');
    await file.write(back, place);
    assert.equal(await judgeFiles(ctx, directory.hostPath, written), undefined);
  }
  await file.truncate(200_000);
  assert.match((await judgeFiles(ctx, directory.hostPath, written)) ?? '', /f has 200000 bytes instead of/u);
});

test('a restore that is committed makes the lab what it was; one that is not, or that was killed at any step, changes nothing', async () => {
  await using directory = await openLabDirectory();
  const { place } = directory;
  await writeLab(place, 'a');
  await saveSnapshot(ctx, place, 'x', { state: await readLabState(place), source: undefined });
  await writeLab(place, 'b');
  const snapshot = await readSnapshot(place, 'x');
  {
    await using staged = await stageRestore(ctx, place, snapshot, false);
    assert.equal(await lettersOf(place), 'bbb');
    await staged.put(snapshot.record.state);
    assert.equal(await lettersOf(place), 'aaa');
  }
  assert.equal(await lettersOf(place), 'bbb');
  // Killed: nobody disposes of it.
  const killed = await stageRestore(ctx, place, snapshot, false);
  await killed.put(snapshot.record.state);
  await settleRestore(ctx, place);
  assert.equal(await lettersOf(place), 'bbb');
  await stageRestore(ctx, place, snapshot, false);
  await settleRestore(ctx, place);
  assert.equal(await lettersOf(place), 'bbb');
  await using staged = await stageRestore(ctx, place, snapshot, false);
  await staged.put(snapshot.record.state);
  await staged.commit();
  await settleRestore(ctx, place);
  assert.equal(await lettersOf(place), 'aaa');
  assert.deepEqual((await readdir(dirname(place.disksHostPath))).sort(), ['disks', 'snapshots', 'state.json']);
});

test('a damaged snapshot is refused with what is wrong with it, before anything is changed', async () => {
  await using directory = await openLabDirectory();
  const { place } = directory;
  await writeLab(place, 'a');
  await saveSnapshot(ctx, place, 'x', { state, source: undefined });
  await writeLab(place, 'b');
  const snapshot = await readSnapshot(place, 'x');
  const diskHostPath = join(snapshot.hostPath, 'DISK1.raw');
  await writeFile(diskHostPath, 'z', { flag: 'r+' });
  const failure = await failureOf(stageRestore(ctx, place, snapshot, false));
  assert.deepEqual(failure, { area: 'lab', reason: 'snapshot-damaged', snapshot: 'x', why: 'the content of DISK1.raw has changed' });
  await rm(diskHostPath);
  assert.match(JSON.stringify(await failureOf(stageRestore(ctx, place, snapshot, false))), /DISK1\.raw is missing/u);
  await writeFile(join(snapshot.hostPath, 'snapshot.json'), '{');
  assert.match(JSON.stringify(await failureOf(readSnapshot(place, 'x'))), /it is no JSON/u);
  assert.match((await listSnapshots(place))[0]?.trouble ?? '', /damaged/u);
  assert.equal(await lettersOf(place), 'bbb');
  assert.deepEqual((await readdir(place.hostPath)).sort(), ['disks', 'snapshots', 'state.json']);
});
