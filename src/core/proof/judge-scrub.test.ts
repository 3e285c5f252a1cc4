import assert from 'node:assert/strict';
import { test } from 'node:test';
import { parseScrubStart } from '../btrfs/scrub-start.ts';
import type { ScrubResult } from '../btrfs/scrub-start.ts';
import { recordings } from '../parsing/recordings.test.ts';
import { judgeMendingScrub } from './judge-scrub.ts';

for (const suite of ['bookworm', 'trixie']) {
  const scrub = (name: string): ScrubResult => {
    const recording = recordings.find((each) => each.suite === suite && each.name === `btrfs-scrub-start-${name}`);
    return parseScrubStart(recording?.stdout ?? '');
  };

  test(`${suite}: a scrub that corrected what it found has mended, and so has one that found nothing`, () => {
    assert.equal(judgeMendingScrub(scrub('clean'), 2).outcome, 'held');
    const corrected = judgeMendingScrub(scrub('corrected'), 2);
    assert.equal(corrected.outcome, 'held');
    assert.match(corrected.evidence.join('\n'), /csum [1-9]\d* errors\ncorrected [1-9]\d*, uncorrectable 0, unverified 0; /u);
  });

  test(`${suite}: a scrub that left something, or did not look everywhere, has not mended`, () => {
    const left = judgeMendingScrub(scrub('uncorrectable'), 1);
    assert.equal(left.outcome, 'broken');
    assert.match(left.evidence.join('\n'), /uncorrectable [1-9]/u);
    for (const name of ['missing', 'cancelled']) assert.equal(judgeMendingScrub(scrub(name), 2).outcome, 'broken');
  });
}

test('a mending scrub begins on every member, has the memory for it, and comes to its end', () => {
  const recording = recordings.find(({ suite, name }) => suite === 'trixie' && name === 'btrfs-scrub-start-corrected');
  const whole = parseScrubStart(recording?.stdout ?? '');
  assert.ok(whole.report.state === 'finished');
  assert.equal(judgeMendingScrub(whole, 2).outcome, 'held');
  assert.equal(judgeMendingScrub(whole, 3).outcome, 'broken');
  assert.equal(judgeMendingScrub({ ...whole, done: false }, 2).outcome, 'broken');
  assert.equal(judgeMendingScrub({ ...whole, report: { state: 'never' } }, 2).outcome, 'broken');
  assert.equal(judgeMendingScrub({ ...whole, report: { ...whole.report, memoryAllocationFailed: true } }, 2).outcome, 'broken');
});
