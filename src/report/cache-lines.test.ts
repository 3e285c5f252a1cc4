import assert from 'node:assert/strict';
import { test } from 'node:test';
import { cacheLines, describeUser, shortName } from './cache-lines.ts';
import type { CacheListing } from './cache-lines.ts';
import { layoutLine } from './text/layout-line.ts';

const nowMs = Date.parse('2026-11-25T14:00:00.000Z');
const day = 24 * 60 * 60 * 1000;
const agoIso = (ms: number): string => new Date(nowMs - ms).toISOString();
const summary = {
  directory: '/home/ada/.cache/raidlab',
  usedBytes: 300 * 1024 ** 2,
  maxBytes: 6 * 1024 ** 3,
  maxAgeMs: 30 * day,
  hostName: 'here',
};
const listing: readonly CacheListing[] = [
  {
    name: `kernel-${'a'.repeat(32)}`,
    artefact: 'kernel of trixie',
    description: 'trixie (linux-image-cloud-amd64 6.12.117-1)',
    sizeBytes: 100 * 1024 ** 2,
    madeAt: agoIso(12 * day),
    lastUsedAt: agoIso(3 * 60 * 60 * 1000),
    inUseBy: [],
  },
  {
    name: `booted-${'b'.repeat(32)}`,
    artefact: 'template of a booted machine',
    description: 'kernel 6.12, 1 GiB',
    sizeBytes: 200 * 1024 ** 2,
    madeAt: agoIso(2 * day),
    lastUsedAt: agoIso(5000),
    inUseBy: [
      { pid: 4711, hostName: 'here' },
      { pid: 12, hostName: 'nas' },
    ],
  },
  { name: `tools-${'c'.repeat(32)}`, artefact: null, description: null, sizeBytes: 0, madeAt: null, lastUsedAt: agoIso(day), inUseBy: [] },
];

function textOf(entries: readonly CacheListing[], columns: number): readonly string[] {
  const page = { columns, colour: false, unicode: true, widthOf: (text: string) => text.length };
  return cacheLines(summary, entries, nowMs).flatMap((line) => layoutLine(line, page));
}

test('the cache is listed with the last used entry first, and who uses it', () => {
  assert.deepEqual(textOf(listing, Infinity), [
    'booted-bbbbbbbb  template of a booted machine',
    '  200 MiB, made 2 days ago, last used just now, in use by process 4711, process 12 on nas',
    '  kernel 6.12, 1 GiB',
    'kernel-aaaaaaaa  kernel of trixie',
    '  100 MiB, made 12 days ago, last used 3 h ago',
    '  trixie (linux-image-cloud-amd64 6.12.117-1)',
    'tools-cccccccc  damaged: rebuilt when needed',
    '  0 B, last used 24 h ago',
    '',
    '/home/ada/.cache/raidlab: 3 entries, 300 MiB of at most 6 GiB',
  ]);
  assert.deepEqual(textOf([], Infinity), ['/home/ada/.cache/raidlab: nothing in it yet']);
});

test('on a narrow terminal rows fit, and names stay whole', () => {
  const rows = textOf(listing, 46);
  assert.ok(rows.every((row) => row.length <= 46));
  assert.equal(rows.filter((row) => /^(?:booted-b{8}|kernel-a{8}|tools-c{8}) /u.test(row)).length, 3);
});

test('a short name is the beginning of one name alone', () => {
  const names = [`kernel-${'a'.repeat(32)}`, `kernel-${'a'.repeat(12)}${'b'.repeat(20)}`, `tools-${'a'.repeat(32)}`];
  assert.deepEqual(
    names.map((name) => shortName(name, names)),
    [`kernel-${'a'.repeat(13)}`, `kernel-${'a'.repeat(12)}b`, `tools-${'a'.repeat(8)}`],
  );
});

test('a user that cannot be told is said to be one', () => {
  assert.equal(describeUser({ pid: null, hostName: null }, 'here'), 'an unknown process');
});
