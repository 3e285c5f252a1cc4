import assert from 'node:assert/strict';
import { test } from 'node:test';
import { ofJob, readRecorded } from '../fixtures/recorded-events.ts';
import { weaveSamples } from '../fixtures/weave-samples.ts';
import { lanesOf } from './lanes.ts';
import type { Lanes } from './lanes.ts';
import type { Segment } from './segment.ts';
import { timeEvents } from './timed-event.ts';

function recorded(name: string): Lanes {
  return lanesOf(timeEvents(ofJob(readRecorded(name), name)));
}

/** Segments as one reads them: `in 0 | pulled 74.6`. */
function told(segments: readonly Segment[] | undefined): string {
  return (segments ?? []).map(({ state, beginMs }) => `${state} ${(beginMs / 1000).toFixed(1)}`).join(' | ');
}

/** What each disk of recorded runs was, and from when on, seconds; read in their events.ndjson by hand. */
const disksOfRuns: Readonly<Record<string, Readonly<Record<string, string>>>> = {
  'replace-missing-disk': {
    DISK1: 'spare 0.0 | in 62.6 | pulled 74.6',
    DISK2: 'spare 0.0 | in 62.6',
    DISK3: 'spare 0.0 | being rebuilt 89.8 | in 91.6',
  },
  'replace-missing-disk-twin': { DISK1: 'in 0.0 | pulled 2.8', DISK2: 'in 0.0', DISK3: 'spare 0.0 | being rebuilt 28.3 | in 32.2' },
  'silent-corruption': { DISK1: 'in 0.0', DISK2: 'in 0.0 | damaged 3.1 | in 5.6', DISK3: 'spare 0.0' },
  'slow-disk': { DISK1: 'in 0.0', DISK2: 'in 0.0 | slow 3.5 | pulled 45.9', DISK3: 'spare 0.0 | being rebuilt 20.6 | in 32.9' },
  'second-disk-fails-salvage': {
    DISK1: 'in 0.0 | failing 3.1',
    DISK2: 'in 0.0 | pulled 4.9',
    // The replace is given up when the source takes no more writes; the spare gets a filesystem of its own.
    DISK3: 'spare 0.0 | being rebuilt 23.6 | spare 27.4 | in 41.7',
  },
  'replaced-disk-returns': {
    DISK1: 'in 0.0 | pulled 3.4 | stale 25.4 | spare 51.1',
    DISK2: 'in 0.0',
    DISK3: 'spare 0.0 | being rebuilt 12.9 | in 14.6',
  },
};

for (const [name, disks] of Object.entries(disksOfRuns)) {
  test(`the disks of ${name} are what was done to them`, () => {
    const lanes = recorded(name);
    assert.deepEqual(Object.fromEntries(lanes.disks.map(({ disk, segments }) => [disk, told(segments)])), disks);
  });
}

test('a mount is what was typed, also over a template and a power cut', () => {
  assert.equal(
    told(recorded('replace-missing-disk').mount),
    'machine off 0.0 | not mounted 57.4 | read-write 63.5 | machine off 66.1 | read-write 73.4 | machine off 76.7 | not mounted 81.3 | degraded 84.6 | machine off 93.4',
  );
  assert.match(
    told(recorded('second-disk-fails-salvage').mount),
    /degraded 11\.4 \| .*read-only 38\.3 \| not mounted 53\.2 \| read-write 53\.6/u,
  );
});

test('samples say the same as what was typed, and more', () => {
  const events = weaveSamples(ofJob(readRecorded('replace-missing-disk'), 'replace-missing-disk'));
  const lanes = lanesOf(timeEvents(events));
  assert.deepEqual(
    lanes.disks.map(({ disk, segments }) => `${disk}: ${told(segments)}`),
    ['DISK1: spare 0.0 | in 62.6 | pulled 74.6', 'DISK2: spare 0.0 | in 62.6', 'DISK3: spare 0.0 | being rebuilt 89.8 | in 91.6'],
  );
  assert.equal(lanes.writer.at(-1)?.records, 207);
  assert.equal(lanes.exposure?.exposedMs, 17_500);
});

test('the picture begins with the first step, and a drill that never came to one is a picture of nothing', () => {
  assert.equal(Math.round(recorded('replace-missing-disk').beginMs), 45_921);
  const none = lanesOf(timeEvents([]));
  assert.deepEqual([none.steps, none.disks, none.commands], [[], [], []]);
  assert.ok(none.endMs > none.beginMs);
});
