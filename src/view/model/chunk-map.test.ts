import assert from 'node:assert/strict';
import { test } from 'node:test';
import type { SampledChunk } from '../../core/array/array-sample.ts';
import type { RecordedEvent } from '../../core/event.ts';
import { ofJob, readRecorded } from '../fixtures/recorded-events.ts';
import { weaveSamples } from '../fixtures/weave-samples.ts';
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
      disks: all.map((devid) => ({ serial: `DISK${String(devid)}`, sizeBytes: 1000, isIn: !out.includes(devid) })),
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

test('the map explains the soft balance: what was written degraded stays single when the replace is done', () => {
  const job = 'replace-missing-disk';
  const maps = mapsOf(weaveSamples(ofJob(readRecorded(job), job)));
  const told = maps.map(({ chunks }) =>
    chunkKinds(chunks)
      .map(({ holds: what, profile, hold }) => `${what} ${profile} ${hold}`)
      .join(', '),
  );
  assert.equal(told[1], 'data raid1 whole, metadata raid1 whole, system raid1 whole');
  assert.equal(told[2], 'data raid1 one copy, metadata raid1 one copy, system raid1 one copy');
  assert.equal(told[3], '', 'nothing is mounted after the restart');
  assert.equal(
    told.at(-2),
    'data raid1 whole, data single one copy, metadata raid1 whole, metadata single one copy, system raid1 whole, system single one copy',
  );
  assert.equal(told.at(-1), 'data raid1 whole, metadata raid1 whole, system raid1 whole');
  assert.equal(maps.at(-1)?.goneCount, 3);
  assert.equal(mostExposed(maps)?.chunks.length, 6);
});

test('a missing device keeps the name of its disk, and its pieces are not there', () => {
  const job = 'replace-missing-disk';
  const map = mapsOf(weaveSamples(ofJob(readRecorded(job), job)))[2];
  assert.deepEqual(
    map?.devices.map(({ disk, state, pieces }) => [disk, state, pieces.map(({ isThere }) => isThere)]),
    [
      ['DISK1', 'missing', [false, false, false]],
      ['DISK2', 'in', [true, true, true]],
    ],
  );
});

test('a run without samples has no map', () => {
  assert.deepEqual(mapsOf(ofJob(readRecorded('slow-disk'), 'slow-disk')), []);
});
