import assert from 'node:assert/strict';
import { test } from 'node:test';
import { openTestDirectory, typeRaidlab } from './rig/raidlab.ts';
import { runSlowly } from './rig/throttle.ts';

test('a host at a third of its speed comes to its verdict', { timeout: 900_000 }, async () => {
  await using directory = await openTestDirectory();
  const typed = typeRaidlab(directory.hostPath, ['drill', 'tiny-disks']);
  const { pid } = typed.child;
  assert.ok(pid !== undefined);
  const [{ exitCode, stdout, stderr }] = await Promise.all([typed.ended, runSlowly(pid, 1 / 3, typed.ended)]);
  assert.equal(exitCode, 0, stdout + stderr);
});
