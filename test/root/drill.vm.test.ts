import assert from 'node:assert/strict';
import { test } from 'node:test';
import { openTestDirectory, typeRaidlab } from '../rig/raidlab.ts';

test('root, too, holds the default drill', async () => {
  assert.equal(process.getuid?.(), 0, 'this is about root');
  await using project = await openTestDirectory();
  const { exitCode, stdout, stderr } = await typeRaidlab(project.hostPath, ['drill']).ended;
  assert.equal(exitCode, 0, stdout + stderr);
  assert.match(stdout, /^HELD {2}replace-missing-disk/mu);
});
