import assert from 'node:assert/strict';
import { test } from 'node:test';
import { openTestDirectory, readEvents, typeRaidlab } from './rig/raidlab.ts';

// The first run builds the images.
const timeoutMs = 1_200_000;

test('a data array lacks a disk: the login is reached, and a mount by hand stays', { timeout: timeoutMs }, async () => {
  await using directory = await openTestDirectory();
  const { exitCode, stdout, stderr } = await typeRaidlab(directory.hostPath, ['drill', 'boot-without-disk']).ended;
  assert.equal(exitCode, 0, stdout + stderr);
  const events = await readEvents(directory.hostPath);
  const boot = events.find((event) => event.type === 'boot-ended' && event.machine === 'main-2');
  assert.ok(boot?.type === 'boot-ended' && boot.end === 'login' && boot.stage === 'system');
  const held = events.flatMap((event) => (event.type === 'check-judged' && event.check.outcome === 'held' ? [event.check.name] : []));
  assert.deepEqual(held.sort(), ['files', 'login', 'stays-mounted']);
});
