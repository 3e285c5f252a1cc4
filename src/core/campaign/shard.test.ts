import assert from 'node:assert/strict';
import { test } from 'node:test';
import fc from 'fast-check';
import { formatShard, parseShard, splitJobs } from './shard.ts';

test('a shard is read as it is typed', () => {
  assert.deepEqual(parseShard('2/5'), { number: 2, of: 5 });
  assert.equal(formatShard({ number: 2, of: 5 }), '2/5');
  for (const text of ['', '0/5', '6/5', '1/257', '2', '2/', '/5', '2/5/6', '-1/5', '1.5/2', ' 1/2', '01/2', '1e1/20']) {
    assert.equal(parseShard(text), undefined, text);
  }
});

test('the longest job goes first, each to the shard that has the least', () => {
  assert.deepEqual(splitJobs([10, 50, 20, 40, 30], 2), [
    [0, 1, 2],
    [3, 4],
  ]);
});

test('jobs of the same length are dealt in their order', () => {
  assert.deepEqual(splitJobs([7, 7, 7, 7, 7], 3), [[0, 3], [1, 4], [2]]);
});

test('more shards than jobs leave some without any', () => {
  assert.deepEqual(splitJobs([5], 3), [[0], [], []]);
});

test('every job is in one shard, in order, and no shard is longer than its share and one job', () => {
  const durations = fc.array(fc.integer({ min: 1, max: 10_000 }), { maxLength: 60 });
  fc.assert(
    fc.property(durations, fc.integer({ min: 1, max: 12 }), (durationsMs, shards) => {
      const parts = splitJobs(durationsMs, shards);
      assert.equal(parts.length, shards);
      assert.deepEqual(
        parts.flat().sort((a, b) => a - b),
        [...durationsMs.keys()],
      );
      const share = durationsMs.reduce((sum, each) => sum + each, 0) / shards;
      for (const part of parts) {
        assert.deepEqual(
          part,
          [...part].sort((a, b) => a - b),
        );
        const sum = part.reduce((total, job) => total + (durationsMs[job] ?? 0), 0);
        assert.ok(sum <= share + Math.max(0, ...durationsMs));
      }
    }),
  );
});
