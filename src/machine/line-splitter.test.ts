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

test('a line without an end is handed out in pieces', () => {
  const { lines } = split([Buffer.alloc(60, 'x'), Buffer.alloc(60, 'x'), Buffer.from('\n')], 100);
  assert.equal(lines.join('').length, 120);
  assert.equal(lines.length, 2);
});
