import assert from 'node:assert/strict';
import { test } from 'node:test';
import fc from 'fast-check';
import { hashText, openPrng, spreadWord } from './prng.ts';

test('the generator is xoshiro128**, by an independent computation in big integers', () => {
  const mask = 0xffff_ffffn;
  const rotate = (word: bigint, by: bigint): bigint => ((word << by) | (word >> (32n - by))) & mask;
  const start = hashText('a seed');
  let [s0, s1, s2, s3] = [0, 1, 2, 3].map((index) => BigInt(spreadWord(start, index))) as [bigint, bigint, bigint, bigint];
  const prng = openPrng('a seed');
  for (let round = 0; round < 1000; round += 1) {
    assert.equal(BigInt(prng.next()), (rotate((s1 * 5n) & mask, 7n) * 9n) & mask);
    const shifted = (s1 << 9n) & mask;
    s2 ^= s0;
    s3 ^= s1;
    s1 ^= s2;
    s0 ^= s3;
    s2 ^= shifted;
    s3 = rotate(s3, 11n);
  }
});

test('the hash of a text is FNV-1a, by its published vectors', () => {
  assert.equal(hashText(''), 0x811c9dc5);
  assert.equal(hashText('a'), 0xe40c292c);
  assert.equal(hashText('foobar'), 0xbf9cf968);
});

test('the same seed gives the same numbers however they are asked for, another seed gives others', () => {
  const words = new Uint32Array(64);
  openPrng('x').fill(words);
  const single = openPrng('x');
  assert.deepEqual(
    [...words],
    Array.from({ length: 64 }, () => single.next()),
  );
  assert.notEqual(openPrng('x').next(), openPrng('y').next());
});

test('a number below a limit is below it', () => {
  fc.assert(
    fc.property(fc.string(), fc.integer({ min: 1, max: 0x1_0000_0000 }), (seed, limit) => {
      const value = openPrng(seed).below(limit);
      assert.ok(Number.isInteger(value) && value >= 0 && value < limit);
    }),
  );
});
