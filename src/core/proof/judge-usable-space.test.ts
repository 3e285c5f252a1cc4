import assert from 'node:assert/strict';
import { test } from 'node:test';
import { parseFilesystemUsage } from '../btrfs/filesystem-usage.ts';
import type { FilesystemUsage } from '../btrfs/filesystem-usage.ts';
import { defaultLayout } from '../layout.ts';
import { namedLayouts } from '../named-layout.ts';
import { recordings } from '../recordings.test.ts';
import { judgeUsableSpace } from './judge-usable-space.ts';

function usageOf(suite: string): FilesystemUsage {
  const recording = recordings.find((each) => each.suite === suite && each.name === 'btrfs-filesystem-usage-healthy');
  assert.ok(recording !== undefined);
  return parseFilesystemUsage(recording.stdout);
}

for (const suite of ['bookworm', 'trixie']) {
  const usage = usageOf(suite);

  test(`${suite}: two disks of 1 GiB give data the room that was predicted`, () => {
    const check = judgeUsableSpace(usage, defaultLayout);
    assert.equal(check.outcome, 'held', check.evidence.join('\n'));
    assert.match(check.evidence.join('\n'), /^predicted 897 MiB: 0\.98 GiB less 111 MiB .*\nseen \d+(?:\.\d)? MiB: /u);
  });

  test(`${suite}: room that is not there breaks it, and so does room that nobody predicted`, () => {
    assert.equal(judgeUsableSpace(usage, namedLayouts['raid1-unequal']).outcome, 'broken');
    assert.equal(judgeUsableSpace(usage, { ...defaultLayout, memberSizesBytes: [512 * 1024 ** 2, 1024 ** 3] }).outcome, 'broken');
    const full: FilesystemUsage = { ...usage, overall: { ...usage.overall, freeStatfsBytes: 0 } };
    assert.equal(judgeUsableSpace(full, defaultLayout).outcome, 'broken');
  });
}
