import assert from 'node:assert/strict';
import { test } from 'node:test';
import { ofJob, readRecorded, withTwin } from '../fixtures/recorded-events.ts';
import { lanesOf } from './lanes.ts';
import type { Lanes } from './lanes.ts';
import type { Segment } from './segment.ts';
import { timeEvents } from './timed-event.ts';

function recorded(run: string, job: string): Lanes {
  return lanesOf(timeEvents(ofJob(readRecorded(run), job)));
}

/** Segments as one reads them: `in 0 | pulled 74.6`. */
function told(segments: readonly Segment[] | undefined): string {
  return (segments ?? []).map(({ state, beginMs }) => `${state} ${(beginMs / 1000).toFixed(1)}`).join(' | ');
}

/** What each disk of recorded runs was, and from when on, seconds; read in their events.ndjson by hand. */
const disksOfRuns: readonly (readonly [run: string, job: string, disks: Readonly<Record<string, string>>])[] = [
  [
    withTwin,
    'replace-missing-disk',
    { DISK1: 'spare 0.0 | in 51.6 | pulled 64.7', DISK2: 'spare 0.0 | in 51.6', DISK3: 'spare 0.0 | being rebuilt 78.9 | in 80.6' },
  ],
  [
    withTwin,
    'replace-missing-disk-twin',
    { DISK1: 'in 0.0 | pulled 1.9', DISK2: 'in 0.0', DISK3: 'spare 0.0 | being rebuilt 12.6 | in 14.8' },
  ],
  [
    'slow-disk',
    'slow-disk',
    { DISK1: 'in 0.0', DISK2: 'in 0.0 | slow 4.9 | pulled 100.6', DISK3: 'spare 0.0 | being rebuilt 70.6 | in 89.9' },
  ],
  [
    'second-disk-fails-salvage',
    'second-disk-fails-salvage',
    {
      DISK1: 'spare 0.0 | in 47.7 | failing 58.9',
      DISK2: 'spare 0.0 | in 47.7 | pulled 60.0',
      // `btrfs replace start` ended with 0, and its target was no member when the array was mounted again.
      DISK3: 'spare 0.0 | being rebuilt 77.2 | in 87.8 | spare 101.9 | in 128.9',
    },
  ],
  [
    'stale-disk-returns',
    'stale-disk-returns',
    { DISK1: 'in 0.0 | pulled 36.9 | stale 125.1 | in 168.8', DISK2: 'in 0.0', DISK3: 'spare 0.0' },
  ],
  [
    'latent-bad-block',
    'latent-bad-block',
    { DISK1: 'in 0.0 | pulled 24.7', DISK2: 'in 0.0 | damaged 21.4', DISK3: 'spare 0.0 | being rebuilt 34.6 | in 35.8' },
  ],
  [
    'silent-corruption-without-samples',
    'silent-corruption',
    { DISK1: 'in 0.0', DISK2: 'in 0.0 | damaged 3.1 | in 5.6', DISK3: 'spare 0.0' },
  ],
  [
    'replaced-disk-returns-without-samples',
    'replaced-disk-returns',
    { DISK1: 'in 0.0 | pulled 3.4 | stale 25.4 | spare 51.1', DISK2: 'in 0.0', DISK3: 'spare 0.0 | being rebuilt 12.9 | in 14.6' },
  ],
];

for (const [run, job, disks] of disksOfRuns) {
  test(`the disks of ${job} are what was done to them`, () => {
    assert.deepEqual(Object.fromEntries(recorded(run, job).disks.map(({ disk, segments }) => [disk, told(segments)])), disks);
  });
}

test('a mount is what was typed and what its kernel did, also over templates and restarts', () => {
  assert.equal(
    told(recorded(withTwin, 'replace-missing-disk').mount),
    'machine off 0.0 | not mounted 46.3 | read-write 52.3 | machine off 55.9 | read-write 63.5 | machine off 67.3 | not mounted 71.3 | degraded 73.5 | machine off 83.1',
  );
  assert.equal(
    told(recorded('second-disk-fails-salvage', 'second-disk-fails-salvage').mount.slice(6)),
    'not mounted 66.1 | degraded 69.0 | read-only 87.7 | machine off 88.7 | not mounted 89.1 | read-only 101.8 | not mounted 128.7 | read-write 128.9 | machine off 134.3',
    'the kernel went read-only by itself; what was copied to a filesystem beside it is another mount',
  );
});

test('the live writer is told of more and more records, and exposure is what was measured', () => {
  const { writer, exposure } = recorded(withTwin, 'replace-missing-disk');
  const records = writer.map((point) => point.records);
  assert.deepEqual(
    records,
    records.toSorted((one, other) => one - other),
  );
  assert.ok((records.at(-1) ?? 0) > 0);
  assert.equal(exposure?.mostBytes, 43_008_000);
});

test('the picture begins with the first step, and a drill that never came to one is a picture of nothing', () => {
  assert.equal(Math.round(recorded(withTwin, 'replace-missing-disk').beginMs), 32_990);
  const none = lanesOf(timeEvents([]));
  assert.deepEqual([none.steps, none.disks, none.commands], [[], [], []]);
  assert.ok(none.endMs > none.beginMs);
});
