import assert from 'node:assert/strict';
import { test } from 'node:test';
import fc from 'fast-check';
import { harmlessText } from '../../core/text/harmless-text.ts';
import { openHarmlessLines } from './harmless-lines.ts';

function shown(chunks: readonly Uint8Array[]): string {
  let text = '';
  const lines = openHarmlessLines((more) => (text += more));
  for (const chunk of chunks) lines.take(Buffer.from(chunk));
  lines.end();
  return text;
}

test('a console is shown line by line, and acts on nothing', () => {
  const console = '[    1.0] \u001b[31mred\u001b[0m\r\n::stop-commands::x\r\n\u001b]0;title\u0007';
  assert.equal(shown([Buffer.from(console)]), '[    1.0] red\n\\x3a:stop-commands::x\n\\x1b]0;title\\x07');
});

test('however the bytes come, the text is the same', () => {
  const text = fc.array(fc.constantFrom('a', 'ü', '\u001b[31m', '\u001b', ':', '\r', '\n', '\u202e', '##['), { maxLength: 40 });
  fc.assert(
    fc.property(text, fc.integer({ min: 1, max: 7 }), (pieces, size) => {
      const bytes = Buffer.from(pieces.join(''));
      const chunks = Array.from({ length: Math.ceil(bytes.length / size) }, (_, at) => bytes.subarray(at * size, (at + 1) * size));
      assert.equal(shown(chunks), harmlessText(pieces.join('')));
    }),
  );
});

test('an endless line is not waited for', () => {
  const text = shown([Buffer.alloc(200_000, 'x'), Buffer.from('\n')]);
  assert.equal(text, `${'x'.repeat(200_000)}\n`);
});
