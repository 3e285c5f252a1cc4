import assert from 'node:assert/strict';
import { test } from 'node:test';
import { parseByteRange } from './byte-range.ts';

const mebibyte = 1024 ** 2;
const places: readonly (readonly [string, number, number])[] = [
  ['1MiB+64KiB', mebibyte, 65_536],
  ['1MiB-2MiB', mebibyte, mebibyte],
  ['0+16MiB', 0, 16 * mebibyte],
  ['4096', 4096, 512],
  [' 1M ', mebibyte, 512],
];
for (const [text, offsetBytes, lengthBytes] of places) {
  test(`${text} is ${String(lengthBytes)} bytes at ${String(offsetBytes)}`, () => {
    assert.deepEqual(parseByteRange(text, 512), { offsetBytes, lengthBytes });
  });
}

test('what is no place is refused', () => {
  for (const text of ['', '+', '1MiB+', '-1MiB', '2MiB-1MiB', '1MiB-1MiB', '1MiB+0', 'one', '1+2+3', '1MiB..2MiB']) {
    assert.equal(parseByteRange(text, 512), undefined, text);
  }
});
