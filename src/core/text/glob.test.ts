import assert from 'node:assert/strict';
import { test } from 'node:test';
import fc from 'fast-check';
import { isGlob, matchesGlob } from './glob.ts';

test('a glob matches from end to end', () => {
  const table: readonly (readonly [glob: string, name: string, matches: boolean])[] = [
    ['replace-*', 'replace-missing-disk', true],
    ['replace-*', 'replace', false],
    ['*-disk', 'replace-missing-disk', true],
    ['*-disk', 'replace-missing-disks', false],
    ['*', 'x', true],
    ['*missing*', 'replace-missing-disk', true],
    ['slow-d?sk', 'slow-disk', true],
    ['slow-d?sk', 'slow-dsk', false],
    ['s.ow-*', 'slow-disk', false],
    ['[a-z]*', 'slow-disk', false],
  ];
  for (const [glob, name, matches] of table) assert.equal(matchesGlob(glob, name), matches, `${glob} ${name}`);
});

test('a word without marks matches itself alone, whatever is in it', () => {
  fc.assert(
    fc.property(fc.string(), fc.string(), (word, other) => {
      fc.pre(!isGlob(word) && !word.includes('\n') && !other.includes('\n'));
      assert.equal(matchesGlob(word, word), true);
      assert.equal(matchesGlob(word, other), word === other);
    }),
  );
});
