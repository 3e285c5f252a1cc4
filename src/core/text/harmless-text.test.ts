import assert from 'node:assert/strict';
import { test } from 'node:test';
import fc from 'fast-check';
import { harmlessJson, harmlessLine, harmlessPiece, harmlessText } from './harmless-text.ts';

const nasty = fc.oneof(
  fc.constantFrom('\u001b', '\u001b[31m', '\u001b]0;title\u0007', '\u009b2J', '\r', '\n', '\t', '\u202e', '\u2066', '\u2028', '\ufeff'),
  fc.constantFrom('::', ':', ' ', '\u00a0', '##[', '##vso[', '#', '[', '::stop-commands::x', '\\x1b', '\ud800', '\u{e0041}', '\uffff'),
  fc.string({ unit: 'binary' }),
  fc.string(),
);
const texts = fc.array(nasty, { maxLength: 12 }).map((pieces) => pieces.join(''));

/** Whatever a terminal, an XML reader or a person's eye may take otherwise than it is written. */
const acting = /[\u0000-\u001f\u007f-\u009f\u061c\u200e\u200f\u2028-\u202e\u2066-\u2069\ufffe\uffff]/u;

function assertHarmless(line: string): void {
  assert.doesNotMatch(line, acting);
  assert.ok(line.isWellFormed());
  assert.doesNotMatch(line, /##(?:\[|vso\[|teamcity\[)/u);
}

test('no line has a control or escape byte, turns the writing, or is a command to a CI, and to do it again changes nothing', () => {
  fc.assert(
    fc.property(texts, (text) => {
      assertHarmless(harmlessPiece(text));
      const line = harmlessLine(text);
      assertHarmless(line);
      assert.doesNotMatch(line, /^\s*::/u);
      assert.equal(harmlessLine(line), line);
      assert.equal(harmlessPiece(line), line);
    }),
    { numRuns: 2000 },
  );
});

test('a text keeps its lines, and each of them is harmless', () => {
  fc.assert(
    fc.property(texts, (text) => {
      const shown = harmlessText(text);
      assert.equal(shown.split('\n').length, text.split('\n').length);
      for (const line of shown.split('\n')) {
        assertHarmless(line);
        assert.doesNotMatch(line, /^\s*::/u);
      }
      assert.equal(harmlessText(shown), shown);
    }),
    { numRuns: 1000 },
  );
});

test('JSON is harmless and means what it meant', () => {
  fc.assert(
    fc.property(fc.array(texts, { maxLength: 4 }), fc.constantFrom(undefined, 2), (values, indent) => {
      const json = harmlessJson({ values, '##[key': 1 }, indent);
      for (const line of json.split('\n')) assertHarmless(line);
      // Node's own JSON.parse is what reads it; a half of a character is one in JSON, too.
      assert.deepEqual(JSON.parse(json), { values, '##[key': 1 });
    }),
    { numRuns: 1000 },
  );
});

const table: readonly (readonly [string, string])[] = [
  ['an ordinary line: ünïcode, 文字, 👩‍👩‍👧, a\\b', 'an ordinary line: ünïcode, 文字, 👩‍👩‍👧, a\\b'],
  ['\u001b[31mred\u001b[0m', 'red'],
  ['\u001b[2Jgone', '\\x1b[2Jgone'],
  ['\u001b\u001b[0m[31m', '\\x1b[31m'],
  ['\u001b]0;title\u0007', '\\x1b]0;title\\x07'],
  ['over\rwritten', 'over\\x0dwritten'],
  ['\u009b2J', '\\x9b2J'],
  ['txt.\u202egpj', 'txt.\\u{202e}gpj'],
  ['::stop-commands::token', '\\x3a:stop-commands::token'],
  ['  \u00a0::error::x', '  \u00a0\\x3a:error::x'],
  ['\u001b[0m::set-env::', '\\x3a:set-env::'],
  ['see ::1 and a::b', 'see ::1 and a::b'],
  ['it said ##[error]x', 'it said \\x23#[error]x'],
  ['##vso[task.setvariable]x', '\\x23#vso[task.setvariable]x'],
  ['## a heading [link]', '## a heading [link]'],
  ['half \ud83d of it', 'half \\u{d83d} of it'],
];
for (const [given, shown] of table) {
  test(`${JSON.stringify(given)} is shown as ${shown}`, () => {
    assert.equal(harmlessLine(given), shown);
  });
}
