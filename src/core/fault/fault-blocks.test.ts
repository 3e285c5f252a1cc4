import assert from 'node:assert/strict';
import { test } from 'node:test';
import { countBlocks, drawBlocks, listFaultBlocks } from './fault-blocks.ts';

test('ranges are widened to whole blocks, each once, ascending', () => {
  const blocks = listFaultBlocks([
    { offsetBytes: 8191, lengthBytes: 2 },
    { offsetBytes: 0, lengthBytes: 1 },
    { offsetBytes: 4096, lengthBytes: 4096 },
  ]);
  assert.deepEqual(blocks, [0, 4096, 8192]);
});

const within = [
  { offsetBytes: 100, lengthBytes: 40_960 },
  { offsetBytes: 1024 ** 2, lengthBytes: 65_536 },
];

test('drawn blocks are aligned, each once, within the ranges, and the same for the same seed', () => {
  const drawn = drawBlocks({ within, count: 12, seed: 'a' });
  assert.equal(new Set(drawn.map(({ offsetBytes }) => offsetBytes)).size, 12);
  for (const { offsetBytes, lengthBytes } of drawn) {
    assert.equal(offsetBytes % 4096, 0);
    assert.equal(lengthBytes, 4096);
    assert.ok(within.some((range) => offsetBytes >= range.offsetBytes && offsetBytes + 4096 <= range.offsetBytes + range.lengthBytes));
  }
  assert.deepEqual(drawBlocks({ within, count: 12, seed: 'a' }), drawn);
  assert.notDeepEqual(drawBlocks({ within, count: 12, seed: 'b' }), drawn);
});

test('all blocks can be drawn, and not one more', () => {
  // 40 960 bytes from byte 100 on hold nine whole blocks.
  assert.equal(countBlocks(within, 4096), 25);
  assert.equal(drawBlocks({ within, count: 25, seed: 'a' }).length, 25);
  assert.throws(() => drawBlocks({ within, count: 26, seed: 'a' }), /26 blocks were to be drawn from 25/);
  const large = drawBlocks({ within, count: 5, seed: 'a', blockBytes: 16_384 });
  assert.equal(countBlocks(within, 16_384), 5);
  assert.ok(large.every(({ offsetBytes, lengthBytes }) => offsetBytes % 16_384 === 0 && lengthBytes === 16_384));
  assert.equal(countBlocks(within, 1024 ** 2), 0);
});
