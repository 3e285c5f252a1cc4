import assert from 'node:assert/strict';
import { test } from 'node:test';
import { formatModeReset, observeTerminalModes, untouchedModes } from './terminal-modes.ts';

const shown = (...pieces: readonly string[]): string =>
  formatModeReset(pieces.reduce((modes, piece) => observeTerminalModes(modes, piece), untouchedModes));

test('what a program left set is taken back, and what it took back itself is not touched', () => {
  assert.equal(shown('\u001b[?1049h\u001b[?25l text'), '\u001b[?1049l\u001b[?25h\u001b[0m');
  assert.equal(shown('\u001b[?1049h\u001b[?25l', '\u001b[?25h\u001b[?1049l'), '\u001b[0m');
  assert.equal(shown('\u001b[?2004h$ '), '\u001b[?2004l\u001b[0m');
  assert.equal(shown('\u001b[?1000;1006h'), '\u001b[?1000l\u001b[?1006l\u001b[0m');
});

test('a sequence that comes in pieces is one, wherever it is cut', () => {
  const whole = 'a\u001b[31mb\u001b[?1049hc';
  for (let cut = 0; cut <= whole.length; cut += 1) {
    assert.equal(shown(whole.slice(0, cut), whole.slice(cut)), '\u001b[?1049l\u001b[0m', String(cut));
  }
});

test('text and other sequences touch nothing', () => {
  assert.equal(shown('plain', '\u001b[2J\u001b[H', '[?25l', '\u001b'), '\u001b[0m');
});
