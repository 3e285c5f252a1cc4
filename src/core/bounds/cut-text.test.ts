import assert from 'node:assert/strict';
import { test } from 'node:test';
import { cutText } from './cut-text.ts';

test('a text that is short enough stays as it is', () => {
  assert.equal(cutText('abc\n', 4), 'abc\n');
});

test('of a longer one the beginning is left, and how much more there was', () => {
  assert.equal(cutText('abcdef', 4), 'abcd\n… 2 characters more are left out\n');
});

test('a character is not cut in two', () => {
  assert.equal(cutText('ab😀d', 3), 'ab\ufffd\n… 2 characters more are left out\n');
});
