import assert from 'node:assert/strict';
import { test } from 'node:test';
import fc from 'fast-check';
import { formatSize, parseSize } from './size.ts';

test('a size is read as people write it', () => {
  const sizes: readonly (readonly [string, number])[] = [
    ['1024', 1024],
    ['512b', 512],
    ['32MiB', 32 * 1024 ** 2],
    ['32M', 32 * 1024 ** 2],
    ['32mb', 32 * 1024 ** 2],
    ['1.5G', 1.5 * 1024 ** 3],
    ['2 TiB', 2 * 1024 ** 4],
  ];
  for (const [text, bytes] of sizes) assert.equal(parseSize(text), bytes, text);
});

test('what is no size is refused', () => {
  for (const text of ['', 'M', '-1M', '0', '0M', '1,5G', '1e9', '32Q', '32MiBs', '1.3', '0x10', 'NaN', '99999999999T']) {
    assert.equal(parseSize(text), undefined, text);
  }
});

test('a size is printed to three digits', () => {
  const sizes: readonly (readonly [number, string])[] = [
    [0, '0 B'],
    [512, '512 B'],
    [1000, '0.98 KiB'],
    [32 * 1024 ** 2, '32 MiB'],
    [1.5 * 1024 ** 3, '1.5 GiB'],
    [94.25 * 1024 ** 2, '94.3 MiB'],
    [1023 * 1024 ** 3, '1 TiB'],
  ];
  for (const [bytes, text] of sizes) assert.equal(formatSize(bytes), text);
});

test('what is printed can be read back, to three digits', () => {
  fc.assert(
    fc.property(fc.integer({ min: 1, max: 2 ** 50 }), (bytes) => {
      const text = formatSize(bytes);
      const match = /^([\d.]+) (\w+)$/u.exec(text);
      const unit = { B: 1, KiB: 1024, MiB: 1024 ** 2, GiB: 1024 ** 3, TiB: 1024 ** 4 }[match?.[2] ?? ''] ?? Number.NaN;
      assert.ok(Math.abs(Number(match?.[1]) * unit - bytes) <= bytes * 0.01, text);
    }),
  );
});
