import assert from 'node:assert/strict';
import { test } from 'node:test';
import { describeReading, promiseContent } from './promised-file.ts';
import type { PromisedFile } from './promised-file.ts';

const [a, b, c, d] = ['a', 'b', 'c', 'd'].map((digit) => digit.repeat(32)) as [string, string, string, string];
const written = (...hashes: readonly string[]): readonly PromisedFile[] =>
  hashes.reduce<readonly PromisedFile[]>((files, hash) => promiseContent(files, '/storage/f', hash), []);

test('a file that is written again is promised as it is now, and what it was is remembered', () => {
  const other: PromisedFile = { guestPath: '/storage/other', xxh128: d, earlierXxh128s: [] };
  assert.deepEqual(promiseContent([other], '/storage/f', a), [other, { guestPath: '/storage/f', xxh128: a, earlierXxh128s: [] }]);
  assert.deepEqual(written(a, b, c), [{ guestPath: '/storage/f', xxh128: c, earlierXxh128s: [a, b] }]);
});

test('what reads as promised has nothing said of it; everything else is said as what it is', () => {
  const [file] = written(a, b, c);
  assert.ok(file !== undefined);
  assert.equal(describeReading(file, { xxh128: c }), null);
  assert.match(String(describeReading(file, { xxh128: b })), /^old content: .* before it was last written over$/u);
  assert.match(String(describeReading(file, { xxh128: a })), /^old content: .* written over 2 times$/u);
  assert.equal(describeReading(file, { xxh128: d }), `content differs: expected ${c}, observed ${d}`);
  assert.equal(describeReading(file, { unreadable: 'Input/output error' }), 'unreadable: Input/output error');
  assert.equal(describeReading(file, undefined), 'content was not checked');
});
