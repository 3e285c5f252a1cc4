import assert from 'node:assert/strict';
import { test } from 'node:test';
import { nearestWord } from './nearest-word.ts';

const drills = ['replace-missing-disk', 'kernel-crash', 'split-brain'];

test('a slip of the finger finds the word that was meant', () => {
  assert.equal(nearestWord('replace-mising-disk', drills), 'replace-missing-disk');
  assert.equal(nearestWord('kernel-carsh', drills), 'kernel-crash');
  assert.equal(nearestWord('Split-Brain', drills), 'split-brain');
});

test('the beginning of a word finds it', () => {
  assert.equal(nearestWord('replace', drills), 'replace-missing-disk');
});

test('two letters are too few to guess from', () => {
  assert.equal(nearestWord('re', drills), undefined);
});

test('a word that is like none of them finds none', () => {
  assert.equal(nearestWord('frobnicate', drills), undefined);
  assert.equal(nearestWord('', drills), undefined);
  assert.equal(nearestWord('x', []), undefined);
});
