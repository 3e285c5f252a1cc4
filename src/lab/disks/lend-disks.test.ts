import assert from 'node:assert/strict';
import { mkdir, readFile, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { test } from 'node:test';
import { builtLab } from '../../core/lab/fixtures/built-lab.ts';
import { createTestContext, failureOf } from '../../machine/fixtures/scripted-peer.ts';
import { openLabDirectory } from '../fixtures/lab-directory.ts';
import type { LabPlace } from '../place/lab-place.ts';
import { lendArray } from './lend-disks.ts';
import { stageRestore } from '../snapshot/restore-snapshot.ts';
import { saveSnapshot } from '../snapshot/save-snapshot.ts';
import { readSnapshot } from '../snapshot/snapshots.ts';
import { readLabState, writeLabState } from '../place/state-file.ts';

const ctx = createTestContext();
const house = { raidlabVersion: '0.1.0', indexHostPath: '/nowhere', keeperArgv: () => ['false'] as const };
const imageNames = ['DISK1.raw', 'DISK2.raw', 'DISK3.raw', 'system.raw'];

async function writeLab(place: LabPlace, letter: string): Promise<void> {
  await mkdir(place.disksHostPath, { recursive: true, mode: 0o700 });
  for (const name of imageNames) await writeFile(join(place.disksHostPath, name), letter, { mode: 0o600 });
  await writeLabState(place, builtLab);
}

test('what is lent is what the lab has once a restore that was killed is settled, and how it is left is written down', async () => {
  await using directory = await openLabDirectory();
  const { place } = directory;
  await writeLab(place, 'a');
  await saveSnapshot(ctx, place, 'x', { state: builtLab, source: undefined });
  await writeLab(place, 'b');
  const killed = await stageRestore(ctx, place, await readSnapshot(place, 'x'), false);
  await killed.put(builtLab);
  const seen = await lendArray(ctx, house, place, async ({ disks, left }) => {
    await left({ ...disks, disks: disks.disks.slice(1) });
    return readFile(disks.disks[0]?.hostPath ?? '', 'utf8');
  });
  assert.equal(seen.charAt(0), 'b');
  const state = await readLabState(place);
  assert.deepEqual(
    state.disks.map(({ isIn }) => isIn),
    [false, true, true],
  );
  const refused = await failureOf(lendArray(ctx, house, place, () => Promise.resolve()));
  assert.equal(refused.reason, 'not-as-built');
});
