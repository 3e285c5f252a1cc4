import assert from 'node:assert/strict';
import { test } from 'node:test';
import { isCommand, recordings, testRecordings, testRefusals } from '../parsing/recordings.test.ts';
import type { Expectation } from '../parsing/recordings.test.ts';
import { mapLogical, parseChunkTree } from './chunk-tree.ts';
import type { Chunk } from './chunk-tree.ts';

function has(...wanted: readonly string[]): Expectation<readonly Chunk[]> {
  return {
    parse: parseChunkTree,
    check: (chunks) => {
      const seen = chunks.map(({ type, profile, stripes }) => `${type} ${profile} ${stripes.map(({ devid }) => String(devid)).join('')}`);
      assert.deepEqual([...new Set(seen)], wanted);
      assert.ok(chunks.every(({ lengthBytes, stripeBytes }) => lengthBytes > 0 && stripeBytes === 65_536));
      for (const [index, { offsetBytes, lengthBytes }] of chunks.entries())
        assert.ok(offsetBytes + lengthBytes <= (chunks[index + 1]?.offsetBytes ?? Number.POSITIVE_INFINITY));
    },
  };
}

const prefix = 'btrfs-inspect-internal-dump-tree-chunk';
const raid1: Expectation<readonly Chunk[]> = {
  parse: parseChunkTree,
  check: (chunks) => {
    assert.deepEqual([...new Set(chunks.map(({ type }) => type))], ['SYSTEM', 'METADATA', 'DATA']);
    for (const { profile, stripes } of chunks) {
      assert.equal(profile, 'RAID1');
      assert.deepEqual(stripes.map(({ devid }) => devid).toSorted(), [1, 2]);
    }
  },
};

testRecordings('btrfs inspect-internal dump-tree -t chunk', isCommand('btrfs', 'inspect-internal', 'dump-tree'), {
  [`${prefix}-raid1`]: raid1,
  [`${prefix}-raid1c3`]: has('SYSTEM RAID1C3 234', 'METADATA RAID1C3 234', 'DATA RAID1C3 234'),
  [`${prefix}-raid10`]: has('SYSTEM RAID10 2345', 'METADATA RAID10 2345', 'DATA RAID10 2345'),
  [`${prefix}-raid0`]: has('SYSTEM RAID1 23', 'METADATA RAID1 23', 'DATA RAID0 123'),
  [`${prefix}-single`]: has('DATA single 1', 'SYSTEM DUP 11', 'METADATA DUP 11'),
  // Its mapping is not known here.
  [`${prefix}-raid5`]: 'refused',
  // What lies on the missing member cannot be told.
  [`${prefix}-missing`]: 'refused',
});

testRefusals(parseChunkTree, [`${prefix}-raid5`, `${prefix}-missing`]);

const MiB = 1024 ** 2;
const KiB = 1024;
const stripes = [2, 3, 4, 5].map((devid) => ({ devid, offsetBytes: devid * 100 * MiB }));
const chunk = { offsetBytes: 64 * MiB, lengthBytes: 32 * MiB, type: 'DATA', stripeBytes: 64 * KiB, subStripes: 1 };

test('copies of a mirrored range lie at one place of each stripe, in one piece', () => {
  const chunks: readonly Chunk[] = [{ ...chunk, profile: 'RAID1C3', stripes: stripes.slice(0, 3) }];
  assert.deepEqual(mapLogical(chunks, { offsetBytes: 65 * MiB, lengthBytes: 3 * MiB }), [
    {
      logicalBytes: 65 * MiB,
      lengthBytes: 3 * MiB,
      copies: [2, 3, 4].map((devid) => ({ devid, offsetBytes: devid * 100 * MiB + MiB })),
    },
  ]);
});

test('both copies of dup lie on the one device', () => {
  const chunks: readonly Chunk[] = [
    {
      ...chunk,
      profile: 'DUP',
      stripes: [
        { devid: 1, offsetBytes: 0 },
        { devid: 1, offsetBytes: 32 * MiB },
      ],
    },
  ];
  assert.deepEqual(mapLogical(chunks, { offsetBytes: 64 * MiB + 4096, lengthBytes: 4096 })[0]?.copies, [
    { devid: 1, offsetBytes: 4096 },
    { devid: 1, offsetBytes: 32 * MiB + 4096 },
  ]);
});

test('raid10 takes turns between pairs, 64 KiB each', () => {
  const chunks: readonly Chunk[] = [{ ...chunk, profile: 'RAID10', subStripes: 2, stripes }];
  // From the last 4 KiB of the second turn over the third and fourth into the fifth.
  const pieces = mapLogical(chunks, { offsetBytes: 64 * MiB + 124 * KiB, lengthBytes: 136 * KiB });
  assert.deepEqual(
    pieces.map(({ lengthBytes, copies }) => [
      lengthBytes / KiB,
      ...copies.map(({ devid, offsetBytes }) => `${String(devid)}+${String((offsetBytes - devid * 100 * MiB) / KiB)}`),
    ]),
    [
      [4, '4+60', '5+60'],
      [64, '2+64', '3+64'],
      [64, '4+64', '5+64'],
      [4, '2+128', '3+128'],
    ],
  );
});

test('raid0 takes turns between single devices', () => {
  const chunks: readonly Chunk[] = [{ ...chunk, profile: 'RAID0', stripes: stripes.slice(0, 3) }];
  const pieces = mapLogical(chunks, { offsetBytes: 64 * MiB + 192 * KiB, lengthBytes: 128 * KiB });
  assert.deepEqual(
    pieces.flatMap(({ copies }) => copies),
    [
      { devid: 2, offsetBytes: 200 * MiB + 64 * KiB },
      { devid: 3, offsetBytes: 300 * MiB + 64 * KiB },
    ],
  );
});

test('a range goes on in the next chunk, and what no chunk has is refused', () => {
  const first: Chunk = { ...chunk, profile: 'single', stripes: stripes.slice(0, 1) };
  const second: Chunk = { ...first, offsetBytes: 96 * MiB, stripes: stripes.slice(1, 2) };
  const across = { offsetBytes: 95 * MiB, lengthBytes: 2 * MiB };
  assert.deepEqual(
    mapLogical([second, first], across).map(({ logicalBytes, copies }) => [logicalBytes / MiB, copies[0]?.devid]),
    [
      [95, 2],
      [96, 3],
    ],
  );
  assert.throws(() => mapLogical([first], across), /no chunk has the logical address 100663296/);
});

test('every byte of every recorded chunk is mapped, as often as its profile says, to places that no other byte has', () => {
  const copies = { single: 1, DUP: 2, RAID0: 1, RAID1: 2, RAID1C3: 3, RAID1C4: 4, RAID10: 2 } as const;
  for (const { name, stdout } of recordings.filter((each) => each.name.startsWith(prefix) && !/raid5|missing/.test(each.name))) {
    for (const each of parseChunkTree(stdout)) {
      const places = mapLogical([each], each).flatMap((piece) => {
        assert.equal(piece.copies.length, copies[each.profile], name);
        return piece.copies.map(({ devid, offsetBytes }) => [devid, offsetBytes, offsetBytes + piece.lengthBytes] as const);
      });
      const sorted = places.toSorted(([devid, from], [otherDevid, otherFrom]) => devid - otherDevid || from - otherFrom);
      for (const [index, [devid, , end]] of sorted.entries()) {
        const [nextDevid, nextFrom = 0] = sorted[index + 1] ?? [];
        assert.ok(devid !== nextDevid || nextFrom >= end, name);
      }
    }
  }
});
