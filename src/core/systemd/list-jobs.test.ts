import assert from 'node:assert/strict';
import { readFileSync } from 'node:fs';
import { test } from 'node:test';
import { UnknownOutput } from '../parsing/unknown-output.ts';
import { parseListJobs } from './list-jobs.ts';

/** Recorded behind the login of a machine whose array lacks a disk: src/core/boot/fixtures/bookworm/login-without-disk.txt. */
const recorded = readFileSync(new URL('fixtures/bookworm/list-jobs.txt', import.meta.url), 'utf8');

test('the jobs of a boot that still waits for a disk are read', () => {
  const jobs = parseListJobs(recorded);
  assert.equal(jobs.length, 5);
  const running = jobs.filter(({ state }) => state === 'running').map(({ unit }) => unit);
  assert.deepEqual(running.toSorted(), [
    String.raw`dev-disk-by\x2dlabel-storage.device`,
    String.raw`dev-disk-by\x2duuid-4f8be9eb\x2d63de\x2d4434\x2d97b5\x2dfdc1ae7af1a7.device`,
  ]);
  assert.deepEqual(
    jobs.find(({ unit }) => unit === 'storage.mount'),
    { job: 40, unit: 'storage.mount', type: 'start', state: 'waiting' },
  );
});

test('no job is no line', () => {
  assert.deepEqual(parseListJobs(''), []);
});

test('what is no job is refused, and so is a list that breaks off', () => {
  for (const text of ['No jobs running.\n', `${recorded}\n`, recorded.slice(0, -3), recorded.replace('waiting', 'dreaming')])
    assert.throws(() => parseListJobs(text), UnknownOutput, text.slice(-40));
});
