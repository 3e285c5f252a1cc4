import assert from 'node:assert/strict';
import { test } from 'node:test';
import type { MappedPiece } from '../btrfs/chunk-tree.ts';
import { drawLatentDamage } from './latent-damage.ts';

const block = 4096;

/** A file of some blocks, with a copy on each of the members, at a place that is another for each file and member. */
function file(number: number, blocks: number, ...devids: readonly number[]): readonly [string, readonly MappedPiece[]] {
  const offsetBytes = number * 64 * block;
  const copies = devids.map((devid) => ({ devid, offsetBytes: offsetBytes + devid * 1024 ** 2 }));
  return [`/storage/${String(number)}`, [{ logicalBytes: offsetBytes, lengthBytes: blocks * block, copies }]];
}

const wish = { lostDevid: 1, fileCount: 2, blocksEach: 3, seed: 's' };

test('with two copies the files on the survivor are lost whose other copy the lost member had', () => {
  const files = new Map([file(1, 8, 1, 2), file(2, 2, 1, 2), file(3, 8, 2, 1), file(4, 8, 2, 3)]);
  const damage = drawLatentDamage({ ...wish, files });
  assert.deepEqual([damage.devid, damage.damaged, damage.lost], [2, ['/storage/1', '/storage/3'], ['/storage/1', '/storage/3']]);
  assert.equal(damage.at.length, 6);
  for (const [index, { offsetBytes, lengthBytes }] of damage.at.entries()) {
    const begins = (index < 3 ? 1 : 3) * 64 * block + 2 * 1024 ** 2;
    assert.ok(lengthBytes === block && offsetBytes >= begins && offsetBytes < begins + 8 * block);
  }
  assert.deepEqual(drawLatentDamage({ ...wish, files }), damage);
});

test('of files in several stripes the last is spared, and those in the fewest come first', () => {
  const striped = (number: number, ...blocks: readonly number[]): readonly [string, readonly MappedPiece[]] => [
    `/storage/${String(number)}`,
    blocks.flatMap((count, index) => file(number * 100 + index, count, 1, 2)[1]),
  ];
  const files = new Map([file(1, 8, 1, 2), striped(2, 8, 8, 8), striped(3, 8, 8), striped(4, 2, 8)]);
  const { damaged, at } = drawLatentDamage({ ...wish, files });
  assert.deepEqual(damaged, ['/storage/3', '/storage/2']);
  const begins = 300 * 64 * block + 2 * 1024 ** 2;
  for (const { offsetBytes } of at.slice(0, 3)) assert.ok(offsetBytes >= begins && offsetBytes < begins + 8 * block);
});

test('with three copies, or without one on the lost member, files are damaged and none is lost', () => {
  for (const devids of [
    [1, 2, 3],
    [2, 3],
  ]) {
    const damage = drawLatentDamage({ ...wish, files: new Map([file(1, 8, ...devids), file(2, 8, ...devids)]) });
    assert.deepEqual([damage.devid, damage.damaged.length, damage.lost], [2, 2, []]);
  }
});

test('too few files that can be damaged are told', () => {
  assert.throws(() => drawLatentDamage({ ...wish, files: new Map([file(1, 8, 1, 2), file(2, 2, 1, 2)]) }), /1 files can be damaged, not 2/);
});
