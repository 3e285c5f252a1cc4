import assert from 'node:assert/strict';
import { test } from 'node:test';
import { placeInText } from './place-in-text.ts';

/** A text, the span in it, and the place. */
const table: readonly (readonly [text: string, start: number, length: number, line: number, column: number, excerpt: string])[] = [
  ['ab: c\nde: f\n', 0, 2, 1, 1, '1 | ab: c\n  | ^^'],
  ['ab: c\nde: f\n', 10, 1, 2, 5, '2 | de: f\n  |     ^'],
  // What ends in another line is marked to the end of its first.
  ['ab: [c,\n d]\n', 4, 6, 1, 5, '1 | ab: [c,\n  |     ^^^'],
  ['ab: c\r\nde: f\r\n', 7, 2, 2, 1, '2 | de: f\n  | ^^'],
  // The end of a text is in its last line, behind what it says.
  ['ab: "c\n\n\n', 9, 1, 1, 7, '1 | ab: "c\n  |       ^'],
  ['', 0, 1, 1, 1, '1 | \n  | ^'],
  // Characters, not UTF-16 units; a tab takes one column.
  ['a: "\u{1F4BE}" x\n', 8, 1, 1, 8, '1 | a: "\u{1F4BE}" x\n  |        ^'],
  ['\ta: b\n', 4, 1, 1, 5, '1 |  a: b\n  |     ^'],
];

for (const [text, start, length, line, column, excerpt] of table) {
  test(`${JSON.stringify(text)} at ${String(start)} is ${String(line)}:${String(column)}`, () => {
    assert.deepEqual(placeInText(text, { start, length }), { line, column, excerpt });
  });
}

test('of a long line only what is around the place is shown, and the mark stays below it', () => {
  const { column, excerpt } = placeInText(`${'x'.repeat(500)}!${'y'.repeat(500)}`, { start: 500, length: 1 });
  assert.equal(column, 501);
  const [row = '', mark = ''] = excerpt.split('\n');
  assert.equal(row[mark.indexOf('^')], '!');
  assert.ok(row.length < 130);
});
