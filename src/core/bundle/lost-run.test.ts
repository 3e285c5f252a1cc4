import assert from 'node:assert/strict';
import { test } from 'node:test';
import { addToResults, noResults } from '../campaign/archived-result.ts';
import { shardBundle } from './fixtures/shard-bundle.ts';
import { eventsOfLostRun } from './lost-run.ts';
import { mergeEvents } from './merge-events.ts';
import { planMerge } from './plan-merge.ts';

const { job } = shardBundle;
const other = { ...job, job: 'tiny-disks', drill: 'tiny-disks' };
const lost = {
  run: '20261129T150000Z-slow-disk',
  command: 'raidlab drill slow-disk',
  raidlabVersion: '0.1.0',
  nodeVersion: '24.1.0',
  sentAt: '2026-11-29T15:00:00.000Z',
  lostAt: '2026-11-29T15:00:07.000Z',
  failure: { area: 'host', reason: 'slurm-job-lost', node: 'n1', how: 'its node failed', said: '' },
} as const;

test('a lost run is a run whose drill failed for the machine’s sake', () => {
  const source = eventsOfLostRun({ ...lost, planned: { seed: '1', limit: 1, jobs: [job] } });
  const events = mergeEvents(planMerge([source]), { run: lost.run, hostPath: '/here' });
  const { results, directory } = [...events].reduce(addToResults, noResults);
  assert.equal(directory, '/here');
  assert.deepEqual(
    results.map(({ standing, summary, durationMs }) => [standing, summary, durationMs]),
    [['machine', 'The job was lost on the node n1: its node failed.', 7000]],
  );
});

test('a lost shard merges with those that came back', () => {
  const wholeRun = [job, other];
  const there = shardBundle.of({ file: '1', number: 1, of: 2, jobs: [job], wholeRun });
  const shard = { number: 2, of: 2, wholeRun };
  const gone = eventsOfLostRun({ ...lost, planned: { seed: '1', limit: 1, jobs: [other], shard } });
  const plan = planMerge([there, gone]);
  assert.deepEqual(plan.missing, []);
  const events = [...mergeEvents(plan, { run: 'merged', hostPath: '/here', remarks: ['An attempt was lost.'] })];
  assert.deepEqual(
    events.flatMap((event) => (event.type === 'remark-made' ? [event.text] : [])),
    ['An attempt was lost.'],
  );
  assert.deepEqual(
    events.map(({ seq }) => seq),
    events.map((_, index) => index),
  );
  const ended = events.at(-1);
  assert.equal(ended?.type === 'run-ended' ? ended.exitCode : undefined, 69);
});
