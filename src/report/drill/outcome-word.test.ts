import assert from 'node:assert/strict';
import { test } from 'node:test';
import { wordOfVerdict } from './outcome-word.ts';

test('without an expectation a verdict is its own word', () => {
  for (const verdict of ['held', 'broken', 'inconclusive', 'crashed', 'skipped'] as const)
    assert.equal(wordOfVerdict(verdict, null), verdict);
});

test('what came as expected is a success whatever it is; a surprise is one in either direction', () => {
  for (const verdict of ['held', 'broken', 'crashed'] as const) assert.equal(wordOfVerdict(verdict, []), 'as expected');
  for (const verdict of ['held', 'broken'] as const) assert.equal(wordOfVerdict(verdict, ['expected something else']), 'surprise');
});

test('a crash stays a crash, and what could not be judged does not surprise', () => {
  assert.equal(wordOfVerdict('crashed', ['expected broken, was crashed']), 'crashed');
  assert.equal(wordOfVerdict('inconclusive', ['expected broken, was inconclusive']), 'inconclusive');
});
