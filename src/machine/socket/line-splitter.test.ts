import assert from 'node:assert/strict';
import { test } from 'node:test';
import fc from 'fast-check';
import { createLineSplitter } from './line-splitter.ts';

function split(chunks: readonly Uint8Array[], maxLineBytes = 1024): { lines: string[]; rest: string } {
  const lines: string[] = [];
  const splitter = createLineSplitter((line) => lines.push(line), maxLineBytes);
  for (const chunk of chunks) splitter.push(chunk);
  return { lines, rest: splitter.takeRest() };
}

test('lines come out without their ends, and the unfinished one stays behind', () => {
  assert.deepEqual(split([Buffer.from('one\r\ntwo\n\nthr')]), { lines: ['one', 'two', ''], rest: 'thr' });
});

test('a line end cut in the middle is still one line end', () => {
  assert.deepEqual(split([Buffer.from('one\r'), Buffer.from('\ntwo')]), { lines: ['one'], rest: 'two' });
});

test('however the bytes are cut into chunks, the lines are the same', () => {
  fc.assert(
    fc.property(fc.array(fc.string({ unit: 'grapheme' })), fc.array(fc.nat(40), { minLength: 1 }), (texts, sizes) => {
      const bytes = Buffer.from(texts.join('\n'));
      const chunks: Uint8Array[] = [];
      for (let at = 0, turn = 0; at < bytes.length; turn += 1) {
        const size = 1 + (sizes[turn % sizes.length] ?? 0);
        chunks.push(bytes.subarray(at, at + size));
        at += size;
      }
      assert.deepEqual(split(chunks), split([bytes]));
    }),
  );
});

test('bytes that are not UTF-8 do not stop it', () => {
  assert.deepEqual(split([Buffer.from([0x41, 0xff, 0x42, 0x0a])]).lines, ['A\ufffdB']);
});

test('of a line that is too long the beginning is handed out at once, and the rest is no line', () => {
  const { lines, rest } = split([Buffer.alloc(60, 'x'), Buffer.from(`${'y'.repeat(60)}BUG: `), Buffer.from('no line\nnext\n')], 100);
  assert.deepEqual(lines, ['x'.repeat(60) + 'y'.repeat(40), 'next']);
  assert.equal(rest, '');
});

test('no line is longer than it may be, and each is the beginning of one that came', () => {
  const bytes = fc.array(fc.array(fc.constantFrom(0x0a, 0x78, 0x79), { maxLength: 40 }), { maxLength: 20 });
  fc.assert(
    fc.property(bytes, fc.integer({ min: 1, max: 20 }), (chunks, maxLineBytes) => {
      const { lines, rest } = split(
        chunks.map((chunk) => Uint8Array.from(chunk)),
        maxLineBytes,
      );
      const came = Buffer.from(chunks.flat()).toString().split('\n');
      const cut = came.map((line) => line.slice(0, maxLineBytes));
      const last = came.at(-1) ?? '';
      // A last line that is too long has been handed out already.
      assert.deepEqual(last.length > maxLineBytes ? lines : [...lines, rest], cut);
    }),
  );
});
