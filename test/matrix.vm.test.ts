// A matrix of real drills that is killed twice with -9: it goes on, nothing is lost, nothing is run twice, and what it found is told.
import assert from 'node:assert/strict';
import { existsSync } from 'node:fs';
import { join } from 'node:path';
import { test } from 'node:test';
import { setTimeout as delay } from 'node:timers/promises';
import { openArchive } from '../src/archive/archive.ts';
import type { Attempt } from '../src/core/campaign/matrix/attempts.ts';
import { everyResult } from '../src/core/campaign/result-filter.ts';
import { openTestDirectory, qemusLeft, scratchOf, typeRaidlab } from './rig/raidlab.ts';

// The first run builds the images.
const timeout = 1_800_000;

test('killed with -9 twice on the way: resumed, nothing lost, nothing run twice', { timeout }, async () => {
  await using directory = await openTestDirectory();
  const cwd = directory.hostPath;
  const archiveHostPath = join(cwd, 'archive.sqlite');
  const words = [
    'matrix',
    '--name',
    'killed',
    '--drill',
    'silent-corruption',
    '--drill',
    'once-only-rw',
    '--rounds',
    '2',
    '--jobs',
    '1',
    '--archive',
    archiveHostPath,
  ];
  const attempts = async (): Promise<readonly Attempt[]> => {
    using archive = await openArchive(archiveHostPath);
    return archive.openJournal('killed').attempts();
  };
  /** Kills the matrix in the middle of its next job but so many. */
  const killAfter = async (ended: number): Promise<void> => {
    const typed = typeRaidlab(cwd, words);
    const isThere = async (): Promise<boolean> => {
      if (!existsSync(archiveHostPath)) return false;
      const all = await attempts();
      return all.filter(({ end }) => end === 'good').length >= ended && all.some(({ end }) => end === null);
    };
    while (!(await isThere())) await delay(200);
    await delay(4000);
    const scratch = await scratchOf(typed);
    typed.child.kill('SIGKILL');
    await typed.ended;
    for (const { socketsHostPath } of scratch) assert.deepEqual(await qemusLeft(socketsHostPath), []);
  };
  await killAfter(1);
  await killAfter(2);
  const { exitCode, stdout, stderr } = await typeRaidlab(cwd, words).ended;
  assert.equal(exitCode, 0, stdout + stderr);
  assert.match(stdout, /1 attempt was lost when raidlab was killed, and will be run again\.|1 job had ended when raidlab was killed/u);
  const all = await attempts();
  const good = all.filter(({ end }) => end === 'good');
  assert.deepEqual([good.length, new Set(good.map(({ job }) => job)).size], [4, 4]);
  assert.ok(
    all.every(({ end }) => end === 'good' || end === 'lost'),
    JSON.stringify(all),
  );
  for (const { directory: runHostPath } of good) assert.ok(existsSync(join(runHostPath, 'report.html')));
  using archive = await openArchive(archiveHostPath);
  assert.deepEqual(archive.total(everyResult), { good: 4, bad: 0, machine: 0, unclear: 0, skipped: 0, interrupted: 0 });
  const table = await typeRaidlab(cwd, ['results', '--archive', archiveHostPath]).ended;
  assert.match(table.stdout, /4 results: 4 good/u);
  // There is nothing left to run.
  const again = await typeRaidlab(cwd, [...words, '--plan']).ended;
  assert.match(again.stdout, /^killed: 4 jobs, 4 done/mu);
});
