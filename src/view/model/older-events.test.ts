import assert from 'node:assert/strict';
import { test } from 'node:test';
import type { RecordedEvent } from '../../core/event.ts';
import { onlyJob, readRecorded, withTwin } from '../fixtures/recorded-events.ts';
import { asOfToday } from './older-events.ts';

const job = 'replace-missing-disk';
const today = onlyJob(readRecorded(withTwin), job);

test('events of today are left as they are', () => {
  assert.deepEqual(asOfToday(today), today);
});

test('a run of before drills were planned has its one drill, with what is said of it', () => {
  const notYet = new Set(['run-planned', 'drill-ended', 'array-sampled', 'exposure-measured', 'step-restored']);
  const newFields = new Set(['job', 'expectation', 'surprises', 'bytes', 'profiles', 'kind', 'from']);
  const old = today
    .filter(({ type }) => !notYet.has(type))
    .map((event) => Object.fromEntries(Object.entries(event).filter(([field]) => !newFields.has(field))) as unknown as RecordedEvent);
  const read = asOfToday(old);
  assert.deepEqual(
    read.filter((event) => event.job === job).map(({ type, seq }) => [type, seq]),
    today.filter((event) => event.job === job && !notYet.has(event.type)).map(({ type, seq }) => [type, seq]),
  );
  const planned = read.find((event) => event.type === 'run-planned');
  assert.deepEqual(
    planned?.jobs.map(({ job: of, drill, seed }) => [of, drill, seed]),
    [[job, job, '1']],
  );
  const verdict = read.find((event) => event.type === 'verdict-reached');
  assert.deepEqual([verdict?.expectation, verdict?.surprises], [null, null]);
});

test('a run that was killed before it was planned has no drill', () => {
  assert.deepEqual(asOfToday(today.slice(0, 1)), today.slice(0, 1));
});
