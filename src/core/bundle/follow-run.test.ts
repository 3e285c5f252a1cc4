import assert from 'node:assert/strict';
import { test } from 'node:test';
import type { EventBody, RecordedEvent } from '../event.ts';
import { shardBundle } from './fixtures/shard-bundle.ts';
import { followRun } from './follow-run.ts';

const { job } = shardBundle;
const at = '2026-11-29T15:00:00.000Z';
const stamp = (body: EventBody, label?: string): RecordedEvent => ({
  v: 1,
  seq: 0,
  at,
  ...(label === undefined ? {} : { job: label }),
  ...body,
});
const started = stamp({ type: 'run-started', run: 'a', command: '', raidlabVersion: '', nodeVersion: '', directory: null });
const planned = stamp({ type: 'run-planned', seed: '1', limit: 1, jobs: [job] });
const ended = stamp({ type: 'run-ended', exitCode: 0, durationMs: 1 });
const remark: EventBody = { type: 'remark-made', text: '' };

function follow(...events: readonly RecordedEvent[]) {
  const run = followRun();
  for (const event of events) run.take(event);
  return run.finish();
}

test('a whole run is told by its beginning, its plan and its end', () => {
  assert.deepEqual(follow(started, stamp(remark), planned, stamp(remark, job.job), ended), { started, planned, ended });
});

const strangers = { ...planned, shard: { number: 1, of: 2, wholeRun: [] } } as RecordedEvent;
for (const [what, events, why] of [
  ['nothing', [], /cut off/u],
  ['no end', [started, planned], /cut off/u],
  ['no plan', [started, ended], /before anything was planned/u],
  ['no beginning', [planned, ended], /does not begin/u],
  ['two beginnings', [started, started], /does not begin/u],
  ['two plans', [started, planned, planned], /planned twice/u],
  ['something behind the end', [started, planned, ended, stamp(remark)], /goes on behind its end/u],
  ['a drill before the plan', [started, stamp(remark, job.job)], /tells of slow-disk, which its run had not planned/u],
  ['a drill that was not planned', [started, planned, stamp(remark, 'another')], /tells of another/u],
  ['two drills with one label', [started, stamp({ type: 'run-planned', seed: '1', limit: 1, jobs: [job, job] })], /have one label/u],
  ['a shard with strange drills', [started, strangers], /its shard has slow-disk, which the whole run has not/u],
  ['a shard beyond the last', [started, { ...planned, shard: { number: 3, of: 2, wholeRun: [job] } } as RecordedEvent], /shard 3 of 2/u],
] as const) {
  test(`refused: ${what}`, () => {
    assert.throws(() => follow(...events), why);
  });
}
