import assert from 'node:assert/strict';
import { test } from 'node:test';
import type { RecordedEvent } from '../src/core/event.ts';
import { openTestDirectory, readEvents, typeRaidlab } from './rig/raidlab.ts';

// The first run builds the images.
const timeoutMs = 1_200_000;

async function drill(...words: readonly string[]): Promise<readonly RecordedEvent[]> {
  await using directory = await openTestDirectory();
  const { exitCode, stdout, stderr } = await typeRaidlab(directory.hostPath, ['drill', ...words]).ended;
  assert.equal(exitCode, 0, stdout + stderr);
  return await readEvents(directory.hostPath);
}

/** Gives the names of the checks that came out so, in alphabetical order. */
function checksOf(events: readonly RecordedEvent[], outcome: 'held' | 'broken'): readonly string[] {
  return events.flatMap((event) => (event.type === 'check-judged' && event.check.outcome === outcome ? [event.check.name] : [])).sort();
}

function endOf(events: readonly RecordedEvent[], machine: string): string | null | undefined {
  const boot = events.find((event) => event.type === 'boot-ended' && event.machine === machine);
  return boot?.type === 'boot-ended' ? boot.end : undefined;
}

test('a data array lacks a disk: the login is reached, and a mount by hand stays', { timeout: timeoutMs }, async () => {
  const events = await drill('boot-without-disk');
  assert.equal(endOf(events, 'main-2'), 'login');
  assert.deepEqual(checksOf(events, 'held'), ['files', 'login', 'stays-mounted']);
});

test(
  'a late disk is left behind where `degraded` does not wait for it, and only its generation shows that',
  { timeout: timeoutMs },
  async () => {
    const events = await drill('boot-late-disk', '--twin');
    assert.equal(endOf(events, 'main-2'), 'login');
    assert.deepEqual(checksOf(events, 'broken'), ['generations']);
  },
);

test('the reboot of the proof is that of an installed system', { timeout: timeoutMs }, async () => {
  const events = await drill('replace-missing-disk', '--boot', 'systemd');
  assert.equal(endOf(events, 'reboot'), 'login');
  assert.ok(checksOf(events, 'held').includes('reboot'));
});
