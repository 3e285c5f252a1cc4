import assert from 'node:assert/strict';
import { test } from 'node:test';
import type { PlannedJob } from '../event.ts';
import { RaidlabError } from '../failure/failure.ts';
import { shardBundle } from './fixtures/shard-bundle.ts';
import { planMerge } from './plan-merge.ts';
import type { ReadBundle } from './plan-merge.ts';

const [a, b, c] = ['one', 'two', 'three'].map((job) => ({ ...shardBundle.job, job, drill: job })) as [PlannedJob, PlannedJob, PlannedJob];
const shard = (number: number, jobs: readonly PlannedJob[], more = {}): ReadBundle =>
  shardBundle.of({ file: `${String(number)}.bundle`, number, of: 3, jobs, wholeRun: [a, b, c], ...more });

function refusal(...bundles: readonly [ReadBundle, ...ReadBundle[]]): string {
  try {
    planMerge(bundles);
  } catch (error) {
    assert.ok(error instanceof RaidlabError && error.failure.reason === 'bundles-differ', String(error));
    return error.failure.how;
  }
  assert.fail('it was not refused');
}

test('the shards of a run are put in order, and the drills are those of the whole', () => {
  const plan = planMerge([shard(3, [b]), shard(1, [a]), shard(2, [c])]);
  assert.deepEqual(
    plan.bundles.map(({ file }) => file),
    ['1.bundle', '2.bundle', '3.bundle'],
  );
  assert.deepEqual([plan.jobs, plan.missing, plan.of], [[a, b, c], [], 3]);
});

test('a shard that is not there is missing', () => {
  assert.deepEqual(planMerge([shard(2, [c])]).missing, [1, 3]);
});

test('a run that was not split stands alone', () => {
  const whole = shardBundle.of({ file: 'whole.bundle', jobs: [a, b, c] });
  assert.deepEqual([planMerge([whole]).jobs, planMerge([whole]).missing], [[a, b, c], []]);
  assert.equal(refusal(shard(1, [a]), whole), 'whole.bundle is a whole run, no shard of one.');
  assert.equal(refusal(whole, { ...whole, file: 'other.bundle' }), 'whole.bundle is a whole run, no shard of one.');
});

test('bundles that do not belong together are refused by name', () => {
  assert.equal(
    refusal(shard(1, [a]), shard(2, [c]), shard(2, [c], { file: 'again.bundle' })),
    '2.bundle and again.bundle are both shard 2 of 3.',
  );
  assert.equal(refusal(shard(1, [a]), shard(2, [c], { raidlab: '0.2.0' })), '1.bundle is of raidlab 0.1.0, 2.bundle of 0.2.0.');
  assert.equal(refusal(shard(1, [a]), shard(2, [c], { of: 5 })), '1.bundle is one of 3 shards, 2.bundle one of 5.');
  assert.equal(refusal(shard(1, [a]), shard(2, [a])), '1.bundle and 2.bundle both have one.');
  const otherKernel = [a, { ...b, kernel: 'bookworm' }, c];
  assert.equal(
    refusal(shard(1, [a]), shard(2, [c], { wholeRun: otherKernel })),
    '1.bundle and 2.bundle were planned differently: kernel of two is "trixie", and "bookworm".',
  );
  assert.match(refusal(shard(1, [a]), shard(2, [c], { wholeRun: [a, c, b] })), /drill 2 is two, and three/u);
  assert.match(refusal(shard(1, [a]), shard(2, [c], { wholeRun: [a, c] })), /3 drills, and 2/u);
});
