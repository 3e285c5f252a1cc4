import assert from 'node:assert/strict';
import { test } from 'node:test';
import type { SampledChunk } from '../../core/array/array-sample.ts';
import type { RecordedEvent } from '../../core/event.ts';
import { ofJob, readRecorded, withTwin } from '../fixtures/recorded-events.ts';
import { chunkKinds, chunkMaps, mostExposed } from './chunk-map.ts';
import type { ChunkMap } from './chunk-map.ts';
import { diskLanes } from './disk-lanes.ts';
import { timeEvents } from './timed-event.ts';

function mapsOf(events: readonly RecordedEvent[]): readonly ChunkMap[] {
  const timed = timeEvents(events);
  return chunkMaps(timed, diskLanes(timed, timed.at(-1)?.afterMs ?? 0));
}

/** How a chunk of a profile on these devices is held when the disks `out` are not there. */
function holdOf(profile: SampledChunk['profile'], stripes: number, out: readonly number[]): string | undefined {
  const devids = Array.from({ length: stripes }, (_, at) => (profile === 'dup' ? 1 : at + 1));
  const chunk: SampledChunk = {
    startBytes: 0,
    lengthBytes: 600,
    usedBytes: 300,
    holds: 'data',
    profile,
    stripes: devids.map((devid) => ({ devid, offsetBytes: 0 })),
  };
  const all = [...new Set(devids)];
  const [map] = mapsOf([
    {
      v: 1,
      seq: 0,
      at: '2026-11-29T08:00:00.000Z',
      job: 'x',
      type: 'array-sampled',
      machine: 'main',
      acknowledgedRecords: 0,
      sample: {
        mounts: [],
        chunks: [chunk],
        devices: all.map((devid) => ({ devid, disk: `DISK${String(devid)}`, sizeBytes: 1000, errors: {} })),
      },
      disks: all.map((devid) => ({ serial: `DISK${String(devid)}`, isIn: !out.includes(devid) })),
    },
  ]);
  return map?.chunks[0]?.hold;
}

const holds: readonly (readonly [profile: SampledChunk['profile'], stripes: number, out: readonly number[], hold: string])[] = [
  ['single', 1, [], 'one copy'],
  ['single', 1, [1], 'lost'],
  ['dup', 2, [], 'one disk'],
  ['dup', 2, [1], 'lost'],
  ['raid0', 2, [], 'one copy'],
  ['raid0', 2, [2], 'lost'],
  ['raid1', 2, [], 'whole'],
  ['raid1', 2, [2], 'one copy'],
  ['raid1', 2, [1, 2], 'lost'],
  ['raid1c3', 3, [3], 'reduced'],
  ['raid1c3', 3, [1, 3], 'one copy'],
  ['raid10', 4, [1], 'one copy'],
  ['raid10', 4, [1, 3], 'one copy'],
  ['raid10', 4, [1, 2], 'lost'],
  ['raid5', 3, [2], 'one copy'],
  ['raid6', 4, [2], 'reduced'],
  ['raid6', 4, [1, 2, 3], 'lost'],
];

for (const [profile, stripes, out, hold] of holds) {
  test(`a chunk ${profile} on ${String(stripes)} devices without ${out.join(' and ') || 'none'} of them is held: ${hold}`, () => {
    assert.equal(holdOf(profile, stripes, out), hold);
  });
}

/** What the maps of a drill have in them, one after the other, without those that say the same. */
function told(run: string, job: string): readonly string[] {
  const all = mapsOf(ofJob(readRecorded(run), job)).map(({ chunks }) =>
    chunkKinds(chunks)
      .map(({ holds: what, profile, hold }) => `${what} ${profile} ${hold}`)
      .join(', '),
  );
  return all.filter((map, at) => map !== all[at - 1]);
}

const whole = 'data raid1 whole, metadata raid1 whole, system raid1 whole';
const half = 'data raid1 one copy, metadata raid1 one copy, system raid1 one copy';
const written =
  'data raid1 whole, data single one copy, metadata raid1 whole, metadata single one copy, system raid1 whole, system single one copy';

test('the map explains the soft balance: what was written degraded stays single when the replace is done', () => {
  const job = 'replace-missing-disk';
  assert.deepEqual(told(withTwin, job), ['', whole, half, '', half, written, whole]);
  assert.deepEqual(told(withTwin, `${job}-twin`), [whole, half, '', half, written], 'its twin leaves it at that');
  const maps = mapsOf(ofJob(readRecorded(withTwin), job));
  assert.ok((mostExposed(maps)?.afterMs ?? 0) < (maps.at(-1)?.afterMs ?? 0));
});

test('the maps of other drills are what their disks were', () => {
  assert.deepEqual(told('slow-disk', 'slow-disk'), [whole], 'a slow disk has all its copies');
  assert.deepEqual(
    told('stale-disk-returns', 'stale-disk-returns'),
    ['', half, '', half, whole],
    'what came back counts from the scrub on',
  );
  const salvage = told('second-disk-fails-salvage', 'second-disk-fails-salvage');
  assert.deepEqual(salvage.slice(0, 5), ['', whole, '', half, '']);
  assert.equal(salvage.at(-1), 'data single one copy, metadata dup one disk, system dup one disk', 'it ends in a filesystem on one disk');
});

test('a missing device keeps the name of its disk, and its pieces are not there', () => {
  const maps = mapsOf(ofJob(readRecorded('stale-disk-returns'), 'stale-disk-returns'));
  const missing = maps.find(({ isMounted }) => isMounted);
  assert.deepEqual(
    missing?.devices.map(({ disk, state, pieces }) => [disk, state, new Set(pieces.map(({ isThere }) => isThere))]),
    [
      ['DISK1', 'missing', new Set([false])],
      ['DISK2', 'in', new Set([true])],
    ],
  );
});

test('a run without samples has no map', () => {
  assert.deepEqual(told('silent-corruption-without-samples', 'silent-corruption'), []);
});
