import assert from 'node:assert/strict';
import { test } from 'node:test';
import fc from 'fast-check';
import { labelJobs } from './label-jobs.ts';

test('a name that comes once is its own label, one that comes again is numbered', () => {
  assert.deepEqual(labelJobs(['a', 'b', 'a', 'a', 'b']), ['a', 'b', 'a-2', 'a-3', 'b-2']);
});

test('a number never takes the name of another drill', () => {
  assert.deepEqual(labelJobs(['a', 'a', 'a-2']), ['a', 'a-3', 'a-2']);
  assert.deepEqual(labelJobs(['a-2', 'a', 'a', 'a-2']), ['a-2', 'a', 'a-3', 'a-2-2']);
});

test('labels are as many as names, all different, and the first of a name is the name', () => {
  const name = fc.constantFrom<string>('a', 'a-2', 'a-3', 'a-2-2', 'b');
  fc.assert(
    fc.property(fc.array(name, { maxLength: 12 }), (names) => {
      const labels = labelJobs(names);
      assert.equal(labels.length, names.length);
      assert.equal(new Set(labels).size, labels.length);
      for (const [index, label] of labels.entries()) if (names.indexOf(names[index] ?? '') === index) assert.equal(label, names[index]);
    }),
  );
});
