import assert from 'node:assert/strict';
import { test } from 'node:test';
import type { ArraySample, SampledChunk } from '../array/array-sample.ts';
import type { EventBody } from '../event.ts';
import { chunkProfiles } from '../layout/profile.ts';
import type { Profile } from '../layout/profile.ts';
import { describeExposure } from './describe-exposure.ts';
import { addToExposure, lossesBorne, measureExposure, nothingExposed } from './measure-exposure.ts';

const MiB = 1024 ** 2;

const begins = (profile: Profile): EventBody => ({
  type: 'drill-started',
  drill: 'x',
  promise: 'p',
  seed: '1',
  skippedSteps: [],
  layout: profile,
  profiles: chunkProfiles(profile),
  payloadBytes: 0,
});
const chunk = (profile: SampledChunk['profile'], usedBytes: number, ...devids: readonly number[]): SampledChunk => ({
  startBytes: usedBytes,
  lengthBytes: 256 * MiB,
  usedBytes,
  holds: 'data',
  profile,
  stripes: devids.map((devid) => ({ devid, offsetBytes: 0 })),
});
const serials = ['DISK1', 'DISK2', 'DISK3', 'DISK4'];
const seen = (disks: readonly (string | null)[], chunks: readonly SampledChunk[], isMounted = true): EventBody => {
  const devices = disks.map((disk, index) => ({ devid: index + 1, disk, sizeBytes: 1024 * MiB, errors: {} }));
  const sample: ArraySample = isMounted
    ? { mounts: [{ guestPath: '/storage', options: ['rw'] }], devices, chunks }
    : { mounts: [], devices: [], chunks: [] };
  return {
    type: 'array-sampled',
    machine: 'main',
    sample,
    disks: serials.map((serial) => ({ serial, isIn: true })),
    acknowledgedRecords: 0,
  };
};
const fault = (name: string, disk: string, bytes: number | null = null): EventBody => ({
  type: 'fault-injected',
  machine: 'main',
  fault: name,
  disk,
  bytes,
});
const cleared = (name: string, disk: string): EventBody => ({ type: 'fault-cleared', machine: 'main', fault: name, disk });
const ran = (exitCode: number, ...argv: readonly string[]): EventBody => ({
  type: 'command-ended',
  machine: 'main',
  argv,
  exitCode,
  stdout: '',
  stderr: '',
  durationMs: 1,
});
const proof: EventBody = { type: 'step-started', drill: 'x', step: 'proof', title: 'Prove it' };
const off = seen([], [], false);
const scrub = ['btrfs', 'scrub', 'start', '-B', '/storage'] as const;
const byId = (serial: string): string => `/dev/disk/by-id/scsi-0QEMU_QEMU_HARDDISK_${serial}`;

/** Gives the curve in MiB when an event comes each second. */
function curve(...events: readonly EventBody[]): readonly (readonly [seconds: number, mebibytes: number])[] {
  const state = events.reduce((before, event, index) => addToExposure(before, event, index * 1000), nothingExposed);
  return measureExposure(state, events.length * 1000)?.points.map(({ afterMs, bytes }) => [afterMs / 1000, bytes / MiB] as const) ?? [];
}

const mirror = seen(['DISK1', 'DISK2'], [chunk('raid1', 40 * MiB, 1, 2)]);
const table: readonly (readonly [what: string, events: readonly EventBody[], curve: readonly (readonly [number, number])[]])[] = [
  ['an array as it should be', [begins('raid1'), mirror, proof], []],
  ['a disk is pulled, which btrfs does not know', [begins('raid1'), mirror, fault('disk-pull', 'DISK1'), mirror, proof], [[2, 40]]],
  [
    'it is replaced, and what was written meanwhile has one copy',
    [
      ...[begins('raid1'), mirror, fault('disk-pull', 'DISK1'), off],
      seen([null, 'DISK2'], [chunk('raid1', 40 * MiB, 1, 2)]),
      seen([null, 'DISK2'], [chunk('raid1', 40 * MiB, 1, 2), chunk('single', 12 * MiB, 2)]),
      seen(['DISK3', 'DISK2'], [chunk('raid1', 40 * MiB, 1, 2), chunk('single', 12 * MiB, 2)]),
      seen(['DISK3', 'DISK2'], [chunk('raid1', 40 * MiB, 1, 2), chunk('raid1', 12 * MiB, 2, 1)]),
      proof,
    ],
    [
      [2, 40],
      [5, 52],
      [6, 12],
      [7, 0],
    ],
  ],
  [
    'what has one copy at the end is exposed for ever',
    [begins('raid1'), seen(['DISK1', 'DISK2'], [chunk('raid1', 40 * MiB, 1, 2), chunk('single', 12 * MiB, 2)]), proof, mirror],
    [[1, 12]],
  ],
  ['two copies on one disk are one', [begins('raid1'), seen(['DISK1'], [chunk('dup', 8 * MiB, 1, 1)])], [[1, 8]]],
  ['nothing was promised', [begins('single'), seen(['DISK1'], [chunk('single', 8 * MiB, 1)]), fault('disk-pull', 'DISK1')], [[2, 8]]],
  [
    'a disk that comes back is stale until a scrub has read it',
    [
      ...[begins('raid1'), mirror, fault('disk-pull', 'DISK2'), cleared('disk-pull', 'DISK2'), ran(0, ...scrub, '-r')],
      ran(3, ...scrub),
      ran(0, ...scrub),
    ],
    [
      [2, 40],
      [6, 0],
    ],
  ],
  [
    'so does one that refused writes, and none that refused reads',
    [
      ...[begins('raid1'), mirror, fault('write-errors', 'DISK1'), cleared('write-errors', 'DISK1'), ran(0, ...scrub)],
      ...[fault('read-errors', 'DISK1'), cleared('read-errors', 'DISK1')],
    ],
    [
      [2, 40],
      [4, 0],
      [5, 40],
      [6, 0],
    ],
  ],
  ['a slow disk has its copy', [begins('raid1'), mirror, fault('slow-disk', 'DISK1')], []],
  [
    'of rot, what was hit',
    [begins('raid1'), mirror, fault('silent-corruption', 'DISK1', 3 * MiB), ran(0, ...scrub)],
    [
      [2, 3],
      [3, 0],
    ],
  ],
  [
    'a header that is gone is a disk that is gone, until it is restored',
    [
      ...[begins('raid1'), mirror, fault('header-wipe', 'DISK1')],
      ran(0, 'cryptsetup', 'luksHeaderRestore', '--batch-mode', '--header-backup-file', '/root/h', byId('DISK1')),
    ],
    [
      [2, 40],
      [3, 0],
    ],
  ],
  [
    'a disk that is formatted is no member until it is one again',
    [
      ...[begins('raid1'), mirror, fault('disk-pull', 'DISK1'), off, cleared('disk-pull', 'DISK1')],
      ran(0, 'cryptsetup', 'luksFormat', '--batch-mode', byId('DISK1')),
      seen(['DISK1', 'DISK2'], [chunk('raid1', 40 * MiB, 1, 2)]),
    ],
    [
      [2, 40],
      [6, 0],
    ],
  ],
  [
    'metadata of raid6 bears two losses as raid1c3',
    [
      begins('raid6'),
      seen(
        ['DISK1', 'DISK2', 'DISK3', 'DISK4'],
        [{ ...chunk('raid1c3', 2 * MiB, 1, 2, 3), holds: 'metadata' }, chunk('raid6', 40 * MiB, 1, 2, 3, 4)],
      ),
      fault('disk-pull', 'DISK4'),
    ],
    [[2, 40]],
  ],
];

for (const [what, events, expected] of table)
  test(`exposure: ${what}`, () => {
    assert.deepEqual(curve(...events), expected);
  });

test('exposure has its numbers, and says them in a line', () => {
  const events = [begins('raid1'), mirror, fault('disk-pull', 'DISK1'), seen(['DISK3', 'DISK2'], [chunk('single', 12 * MiB, 2)]), proof];
  const state = events.reduce((before, event, index) => addToExposure(before, event, index * 10_000), nothingExposed);
  const exposure = measureExposure(state, 99_000);
  assert.deepEqual(
    [exposure?.exposedMs, exposure?.mostBytes, exposure?.endBytes, exposure?.byteSeconds],
    [20_000, 40 * MiB, 12 * MiB, 520 * MiB],
  );
  assert.equal(exposure === null ? '' : describeExposure(exposure), '20 s, at most 40 MiB, 12 MiB at the end');
});

test('no array, no exposure', () => {
  assert.equal(measureExposure(addToExposure(nothingExposed, begins('raid1'), 0), 5), null);
});

test('of raid10, two stripes in a row are a mirror', () => {
  const striped = chunk('raid10', 1, 1, 2, 3, 4);
  const borne = (...lost: readonly number[]): number => lossesBorne(striped, new Set(lost));
  assert.deepEqual([borne(), borne(1), borne(1, 3), borne(1, 2)], [1, 0, 0, -1]);
  assert.deepEqual([lossesBorne(chunk('raid5', 1, 1, 2, 3), new Set([2])), lossesBorne(chunk('raid0', 1, 1, 2), new Set())], [0, 0]);
});
