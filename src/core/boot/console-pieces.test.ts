import assert from 'node:assert/strict';
import { test } from 'node:test';
import fc from 'fast-check';
import { longestPiece, noPieces, plainPiece, splitPieces } from './console-pieces.ts';

test('pieces end with a carriage return or a newline, and the last line is what stands there now', () => {
  const first = splitPieces(noPieces, 'one\r\ntwo\rthr');
  assert.deepEqual(first.pieces, ['one', 'two']);
  const then = splitPieces(first.state, 'ee\nlogin: ');
  assert.deepEqual(then.pieces, ['three']);
  assert.equal(then.state.rest, 'login: ');
});

test('however a console is cut into chunks, its pieces are the same', () => {
  const chunks = fc.array(fc.stringMatching(/^[a-c\r\n]{0,6}$/u));
  fc.assert(
    fc.property(chunks, (texts) => {
      const whole = splitPieces(noPieces, texts.join(''));
      let state = noPieces;
      const pieces: string[] = [];
      for (const text of texts) {
        const split = splitPieces(state, text);
        pieces.push(...split.pieces);
        ({ state } = split);
      }
      assert.deepEqual([pieces, state], [whole.pieces, whole.state]);
    }),
  );
});

test('a flood without a line end is cut', () => {
  const { pieces, state } = splitPieces(noPieces, 'x'.repeat(3 * longestPiece + 5));
  assert.deepEqual([pieces.map(({ length }) => length), state.rest.length], [[longestPiece, longestPiece, longestPiece], 5]);
});

test('colours and other controls are taken off', () => {
  const piece = '\u001B[K[\u001B[0;32m  OK  \u001B[0m] Started \u001B[0;1;39mcron.service\u001B[0m.\u0007';
  assert.equal(plainPiece(piece), '[  OK  ] Started cron.service.');
  assert.equal(plainPiece('\u001B[!p\u001B]104\u0007\u001B[?7h\u001B[0;1;39mBooting initrd'), 'Booting initrd');
});
