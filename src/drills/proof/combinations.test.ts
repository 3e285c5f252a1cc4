import assert from 'node:assert/strict';
import { test } from 'node:test';
import { combinations } from './combinations.ts';

test('every pair of four is given once, in order', () => {
  assert.deepEqual(combinations([1, 2, 3, 4], 2), [
    [1, 2],
    [1, 3],
    [1, 4],
    [2, 3],
    [2, 4],
    [3, 4],
  ]);
});

test('one at a time is each, none is none, more than there are is none', () => {
  assert.deepEqual(combinations(['a', 'b'], 1), [['a'], ['b']]);
  assert.deepEqual(combinations(['a', 'b'], 0), []);
  assert.deepEqual(combinations(['a', 'b'], 3), []);
});
