import assert from 'node:assert/strict';
import { test } from 'node:test';
import { OutputLines } from './output-lines.ts';
import { UnknownOutput } from './unknown-output.ts';

test('empty output and output whose last line has no newline are refused', () => {
  for (const text of ['', 'a', 'a\nb']) assert.throws(() => new OutputLines('tool', text), UnknownOutput, JSON.stringify(text));
});

test('a line that does not match is refused by its number, and nothing is taken', () => {
  const lines = new OutputLines('tool', 'one 1\ntwo 2\n');
  lines.take('one', /^one (\d)$/);
  assert.equal(lines.takeIf(/^three$/), null);
  assert.throws(
    () => lines.take('three', /^three$/),
    (error) => error instanceof UnknownOutput && error.line === 'two 2' && error.lineNumber === 2 && error.message.includes('three'),
  );
  assert.equal(lines.take('two', /^two (\d)$/).number(1), 2);
  assert.ok(lines.atEnd);
  lines.end();
  assert.throws(() => lines.take('four', /^/), UnknownOutput);
});

test('lines that are left over are refused', () => {
  const lines = new OutputLines('tool', 'one\ntwo\n');
  lines.take('one', /^one$/);
  assert.throws(() => {
    lines.end();
  }, UnknownOutput);
});

test('a number that JavaScript would round is refused', () => {
  const number = (text: string): number => new OutputLines('tool', `${text}\n`).take('a number', /^(\S+)$/).number(1);
  assert.equal(number('9007199254740991'), Number.MAX_SAFE_INTEGER);
  assert.equal(number('-5'), -5);
  for (const text of ['9007199254740992', '18446744073709551615', '1.5', '1e3', '0x10'])
    assert.throws(() => number(text), UnknownOutput, text);
});

test('a group that did not take part is null when optional and refused otherwise', () => {
  const line = new OutputLines('tool', 'a\n').take('a or b', /^(a)|(b)$/);
  assert.equal(line.optional(2), null);
  assert.throws(() => line.text(2), UnknownOutput);
});
