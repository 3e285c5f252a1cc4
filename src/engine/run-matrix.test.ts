import assert from 'node:assert/strict';
import { spawn } from 'node:child_process';
import { existsSync, mkdirSync, mkdtempSync, readdirSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { after, test } from 'node:test';
import { setTimeout as delay } from 'node:timers/promises';
import { fileURLToPath } from 'node:url';
import { openArchive } from '../archive/archive.ts';
import { oneResult } from '../core/campaign/fixtures/made-up-results.ts';
import { keyOfJob } from '../core/campaign/matrix/matrix.ts';
import { everyResult } from '../core/campaign/result-filter.ts';
import type { Standing } from '../core/campaign/archived-result.ts';
import type { Engine } from './engine.ts';
import { madeUpJobs } from './fixtures/made-up-matrix.ts';
import { runMatrix, settleAttempts } from './run-matrix.ts';

const root = mkdtempSync(join(tmpdir(), 'raidlab-matrix-'));
after(() => {
  rmSync(root, { recursive: true });
});
let archives = 0;
const newHostPath = (): string => join(root, `${String((archives += 1))}.sqlite`);
let runs = 0;
const ignore = { onBegin: () => undefined, onEnd: () => undefined };

/** An engine whose jobs end as they are told to, by round. */
function engineOf(ends: readonly (readonly Standing[])[]): Engine & { readonly most: () => number; readonly begun: () => number } {
  const turns = new Map<string, number>();
  let [running, most, begunJobs] = [0, 0, 0];
  return {
    most: () => most,
    begun: () => begunJobs,
    run: async (job, begun) => {
      const key = keyOfJob(job);
      const turn = turns.get(key) ?? 0;
      turns.set(key, turn + 1);
      begunJobs += 1;
      most = Math.max(most, (running += 1));
      const run = `run-${String((runs += 1))}`;
      begun({ run, directory: '/nowhere' });
      await delay(1);
      running -= 1;
      const end = ends[job.round - 1]?.[turn] ?? 'good';
      return { end, result: end === 'interrupted' ? null : { ...oneResult, run, standing: end } };
    },
  };
}

test('all jobs are run, so many at once, and what they came to is kept', async () => {
  using archive = await openArchive(newHostPath());
  const journal = archive.openJournal('nightly');
  journal.own('me', null);
  const engine = engineOf([['good'], ['bad'], ['unclear'], ['skipped']]);
  const ended: string[] = [];
  const states = await runMatrix({
    ...ignore,
    jobs: madeUpJobs(4),
    journal,
    engine,
    limit: 3,
    signal: new AbortController().signal,
    onEnd: ({ end, progress }) => ended.push(`${end} ${String(progress.done)}`),
  });
  assert.deepEqual(
    states.map(({ end }) => end),
    ['good', 'bad', 'unclear', 'skipped'],
  );
  assert.equal(engine.most(), 3);
  assert.equal(ended.length, 4);
  assert.equal(archive.total({ ...everyResult, matrices: ['nightly'] }).bad, 1);
  // Again: there is nothing left to run.
  const again = engineOf([]);
  await runMatrix({ ...ignore, jobs: madeUpJobs(4), journal, engine: again, limit: 3, signal: new AbortController().signal });
  assert.equal(again.begun(), 0);
});

test('what fails for the machine’s sake is tried once more, and both attempts are seen', async () => {
  using archive = await openArchive(newHostPath());
  const journal = archive.openJournal('nightly');
  journal.own('me', null);
  const engine = engineOf([
    ['machine', 'good'],
    ['machine', 'machine', 'good'],
    ['bad', 'good'],
  ]);
  const states = await runMatrix({ ...ignore, jobs: madeUpJobs(3), journal, engine, limit: 1, signal: new AbortController().signal });
  assert.deepEqual(
    states.map(({ end, attempts }) => [end, attempts.map((attempt) => attempt.end)]),
    [
      ['good', ['machine', 'good']],
      ['machine', ['machine', 'machine']],
      ['bad', ['bad']],
    ],
  );
  assert.deepEqual(archive.total(everyResult), { good: 1, bad: 1, machine: 3, unclear: 0, skipped: 0, interrupted: 0 });
  // The next time that it is typed, the machine may be well.
  const again = await runMatrix({
    ...ignore,
    jobs: madeUpJobs(3),
    journal,
    engine: engineOf([]),
    limit: 1,
    signal: new AbortController().signal,
  });
  assert.deepEqual(
    again.map(({ end, attempts }) => [end, attempts.length]),
    [
      ['good', 2],
      ['good', 3],
      ['bad', 1],
    ],
  );
});

test('after a signal nothing more begins, and the next time it goes on', async () => {
  using archive = await openArchive(newHostPath());
  const journal = archive.openJournal('nightly');
  journal.own('me', null);
  const controller = new AbortController();
  const stopping = engineOf([['good'], ['interrupted']]);
  const onBegin = ({ round }: { readonly round: number }): void => {
    if (round === 2) controller.abort();
  };
  const stopped = await runMatrix({
    ...ignore,
    jobs: madeUpJobs(4),
    journal,
    engine: stopping,
    limit: 1,
    signal: controller.signal,
    onBegin,
  });
  assert.deepEqual(
    stopped.map(({ end }) => end),
    ['good', null, null, null],
  );
  const states = await runMatrix({
    ...ignore,
    jobs: madeUpJobs(4),
    journal,
    engine: engineOf([]),
    limit: 1,
    signal: new AbortController().signal,
  });
  assert.deepEqual(
    states.map(({ end, attempts }) => [end, attempts.length]),
    [
      ['good', 1],
      ['good', 2],
      ['good', 1],
      ['good', 1],
    ],
  );
});

test('an engine that cannot go on ends the matrix, with its reason', async () => {
  using archive = await openArchive(newHostPath());
  const journal = archive.openJournal('nightly');
  journal.own('me', null);
  const engine: Engine = { run: () => Promise.reject(new Error('the disk is full')) };
  await assert.rejects(
    runMatrix({ ...ignore, jobs: madeUpJobs(2), journal, engine, limit: 1, signal: new AbortController().signal }),
    /the disk is full/u,
  );
});

test('a matrix has one owner, and whoever is gone is replaced by who has seen that', async () => {
  using archive = await openArchive(newHostPath());
  const journal = archive.openJournal('nightly');
  assert.ok(journal.own('one', null));
  assert.ok(!journal.own('two', null));
  assert.equal(journal.owner(), 'one');
  assert.ok(journal.own('two', 'one'));
  journal.release('one');
  assert.equal(journal.owner(), 'two');
  journal.release('two');
  assert.equal(journal.owner(), null);
  assert.ok(archive.openJournal('another').own('one', null));
});

test('killed with -9 at any moment, however often: nothing is lost, and nothing is run twice', { timeout: 120_000 }, async () => {
  const hostPath = newHostPath();
  const runsHostPath = join(root, 'runs');
  mkdirSync(runsHostPath);
  const jobs = 60;
  const script = fileURLToPath(new URL('fixtures/run-made-up-matrix.ts', import.meta.url));
  let kills = 0;
  for (let round = 0; ; round += 1) {
    assert.ok(round < 100, 'it does not come to its end');
    const child = spawn(process.execPath, ['--disable-warning=ExperimentalWarning', script, hostPath, runsHostPath, String(jobs)], {
      stdio: ['ignore', 'pipe', 'inherit'],
    });
    const closed = new Promise<number | null>((resolve) => child.on('close', resolve));
    // Killed a while after its first job, so that every start gets somewhere; the while is another one each time.
    const begun = new Promise((resolve) => child.stdout.once('data', resolve));
    await Promise.race([begun, closed]);
    await Promise.race([delay((round * 37) % 140), closed]);
    if (round < 8) kills += Number(child.kill('SIGKILL'));
    if ((await closed) === 0) break;
  }
  assert.ok(kills >= 3, `killed ${String(kills)} times`);
  using archive = await openArchive(hostPath);
  const attempts = archive.openJournal('nightly').attempts();
  const done = attempts.filter(({ end }) => end === 'good');
  assert.equal(done.length, jobs);
  assert.equal(new Set(done.map(({ job }) => job)).size, jobs);
  assert.equal(archive.total(everyResult).good, jobs);
  assert.ok(attempts.every(({ end }) => end !== null));
  // What was really done, as the runs themselves have written it: each job came to its end once.
  const folders = readdirSync(runsHostPath).map((name) => join(runsHostPath, name, 'result.json'));
  const really = folders
    .filter((name) => existsSync(name))
    .map((name) => (JSON.parse(readFileSync(name, 'utf8')) as { readonly job: string }).job);
  assert.equal(really.length, jobs, 'a job was run twice');
  assert.equal(new Set(really).size, jobs);
  const lost = attempts.filter(({ end }) => end === 'lost').length;
  assert.equal(attempts.length, jobs + lost);
});

test('attempts that nobody ended are settled by what is in their folders', async () => {
  using archive = await openArchive(newHostPath());
  const journal = archive.openJournal('nightly');
  journal.own('me', null);
  journal.begin('one', 'run-1', '/has');
  journal.begin('two', 'run-2', '/has-not');
  const resultIn = (directory: string) => (directory === '/has' ? { ...oneResult, run: 'run-1', standing: 'bad' as const } : undefined);
  assert.deepEqual(settleAttempts({ journal, resultIn }), { found: 1, lost: 1 });
  assert.deepEqual(
    journal.attempts().map(({ end }) => end),
    ['bad', 'lost'],
  );
  assert.equal(archive.total(everyResult).bad, 1);
  assert.deepEqual(settleAttempts({ journal, resultIn }), { found: 0, lost: 0 });
  assert.throws(() => {
    journal.end('run-1', 'good', null);
  }, /ended twice/u);
});
