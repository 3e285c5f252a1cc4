import assert from 'node:assert/strict';
import { test } from 'node:test';
import { parseFilesystemUsage } from '../btrfs/filesystem-usage.ts';
import type { FilesystemUsage } from '../btrfs/filesystem-usage.ts';
import { defaultLayout } from '../layout/layout.ts';
import { predictUsableBytes } from '../layout/usable-space.ts';
import { namedLayouts } from '../layout/named-layout.ts';
import { recordings } from '../parsing/recordings.test.ts';
import { judgeUsableSpace, predictFreeBytes } from './judge-usable-space.ts';
import type { Allocation } from './judge-usable-space.ts';

const mebibyte = 1024 ** 2;

function usageOf(suite: string): FilesystemUsage {
  const recording = recordings.find((each) => each.suite === suite && each.name === 'btrfs-filesystem-usage-healthy');
  assert.ok(recording !== undefined);
  return parseFilesystemUsage(recording.stdout);
}

for (const suite of ['bookworm', 'trixie']) {
  test(`${suite}: on two equal disks the prediction is what df says, to 2 MiB`, () => {
    const usage = usageOf(suite);
    assert.ok(Math.abs(predictFreeBytes(usage, predictUsableBytes(defaultLayout)) - usage.overall.freeStatfsBytes) < 2 * mebibyte);
    assert.ok(predictFreeBytes(usage, predictUsableBytes(namedLayouts['raid1-unequal'])) > usage.overall.freeStatfsBytes + 512 * mebibyte);
  });
}

test('room is as predicted when a little less fits and a little more does not; an attempt on one side proves nothing', () => {
  const outcomeOf = (...allocations: readonly Allocation[]) => judgeUsableSpace(400 * mebibyte, usageOf('trixie'), allocations).outcome;
  const less = (fits: boolean): Allocation => ({ sizeBytes: 380 * mebibyte, fits });
  const more = (fits: boolean): Allocation => ({ sizeBytes: 420 * mebibyte, fits });
  assert.equal(outcomeOf(less(true), more(false)), 'held');
  assert.equal(outcomeOf(less(false), more(false)), 'broken');
  assert.equal(outcomeOf(less(true), more(true)), 'broken');
  assert.equal(outcomeOf(less(true)), 'broken');
  assert.equal(outcomeOf(more(false)), 'broken');
  assert.equal(outcomeOf(), 'broken');
});

test('what the tools say stands beside it', () => {
  const { evidence } = judgeUsableSpace(400 * mebibyte, usageOf('trixie'), [{ sizeBytes: 380 * mebibyte, fits: true }]);
  assert.deepEqual(evidence.slice(0, 2), ['predicted: 400 MiB more', '380 MiB more: there is room']);
  assert.match(evidence[2] ?? '', /^df says 748 MiB, Free \(estimated\) says 749 MiB$/u);
});
