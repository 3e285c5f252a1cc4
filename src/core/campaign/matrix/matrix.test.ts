import assert from 'node:assert/strict';
import { test } from 'node:test';
import { countJobs, defaultMatrix, jobsOf, keyOfJob } from './matrix.ts';
import type { MatrixJob } from './matrix.ts';
import { jobStates, progressOf } from './attempts.ts';
import type { Attempt, AttemptEnd } from './attempts.ts';

test('every drill on every kernel with all tools, layouts, seeds, and so many rounds, each once', () => {
  const matrix = {
    ...defaultMatrix,
    twins: 'both',
    kernels: ['a', 'b'],
    tools: ['c', 'd'],
    layouts: ['e', 'f', 'g'],
    seeds: ['1', '2'],
    rounds: 5,
  } as const;
  const jobs = jobsOf(matrix, ['one', 'two', 'three']);
  assert.equal(jobs.length, 3 * 2 * 2 * 2 * 3 * 2 * 5);
  assert.equal(new Set(jobs.map(keyOfJob)).size, jobs.length);
  assert.equal(countJobs(matrix, 3), jobs.length);
  assert.equal(jobsOf({ ...matrix, kernels: ['a', 'a'] }, ['one', 'one']).length, jobsOf({ ...matrix, kernels: ['a'] }, ['one']).length);
});

test('a whole round is run before the next, kernel by kernel', () => {
  const jobs = jobsOf({ ...defaultMatrix, kernels: ['a', 'b'], rounds: 2 }, ['one', 'two']);
  assert.deepEqual(
    jobs.map(({ round, kernel, drill }) => `${String(round)} ${kernel} ${drill}`),
    ['1 a one', '1 a two', '1 b one', '1 b two', '2 a one', '2 a two', '2 b one', '2 b two'],
  );
});

test('a matrix that grows keeps the jobs that it had', () => {
  const small = jobsOf({ ...defaultMatrix, kernels: ['a'], rounds: 1 }, ['one']).map(keyOfJob);
  const large = jobsOf({ ...defaultMatrix, kernels: ['b', 'a'], rounds: 3 }, ['two', 'one']).map(keyOfJob);
  for (const key of small) assert.ok(large.includes(key));
});

const job: MatrixJob = { drill: 'slow-disk', isTwin: false, kernel: 'trixie', tools: null, layout: null, seed: '1', round: 1 };
const attempts = (...ends: readonly (AttemptEnd | null)[]): readonly Attempt[] =>
  ends.map((end, index) => ({ job: keyOfJob(job), run: `run-${String(index)}`, directory: '', end, durationMs: 1000 }));

for (const [ends, end] of [
  [[], null],
  [['good'], 'good'],
  [['bad'], 'bad'],
  [['unclear'], 'unclear'],
  [['skipped'], 'skipped'],
  [['interrupted'], null],
  [['lost', 'lost', 'lost', 'interrupted'], null],
  [['lost', 'good'], 'good'],
  [['machine'], null],
  [['machine', 'lost'], null],
  [['machine', 'machine'], 'machine'],
  [['machine', 'bad'], 'bad'],
  [[null], null],
] as const) {
  test(`after ${ends.join(', ') || 'nothing'} a job is ${end ?? 'still to be run'}`, () => {
    const [state] = jobStates([job], attempts(...ends), 0);
    assert.equal(state?.end, end);
    assert.equal(state.attempts.length, ends.length);
  });
}

test('what the machine failed on before is tried again when the command is typed again', () => {
  const failed = attempts('machine', 'machine', 'machine');
  assert.deepEqual(
    [2, 1].map((from) => jobStates([job], failed, from)[0]?.end),
    [null, 'machine'],
  );
  assert.equal(jobStates([job], failed)[0]?.end, null);
});

test('attempts of another job are none of this one', () => {
  const [state] = jobStates([{ ...job, round: 2 }], attempts('good'));
  assert.deepEqual([state?.end, state?.attempts], [null, []]);
});

test('what is left is predicted from the drills, and corrected by what they took here', () => {
  const jobs = jobsOf({ ...defaultMatrix, rounds: 4 }, ['slow-disk']);
  const fresh = progressOf(jobStates(jobs, []), 1);
  assert.deepEqual([fresh.jobs, fresh.done, fresh.leftMs], [4, 0, fresh.predictedMs]);
  assert.ok(fresh.predictedMs > 60_000);
  const [first] = jobs;
  assert.ok(first !== undefined);
  const twiceAsLong: Attempt = { job: keyOfJob(first), run: 'a', directory: '', end: 'good', durationMs: fresh.predictedMs / 2 };
  const later = progressOf(jobStates(jobs, [twiceAsLong]), 1);
  assert.deepEqual([later.done, later.leftMs], [1, 2 * later.predictedMs]);
  assert.equal(progressOf(jobStates(jobs, [twiceAsLong]), 3).leftMs, later.leftMs / 3);
  const nothing = progressOf([], 2);
  assert.deepEqual([nothing.jobs, nothing.leftMs], [0, 0]);
});
