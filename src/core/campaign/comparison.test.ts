import assert from 'node:assert/strict';
import { test } from 'node:test';
import { compareResults } from './comparison.ts';
import { noCounts } from './counts.ts';
import type { ResultCounts } from './counts.ts';
import { onlySide, everyResult, parseSide } from './result-filter.ts';

function counts(drill: string, bad: number, good: number, more: Partial<ResultCounts> = {}): ResultCounts {
  const place = (name: string) => ({ run: `${name}-${drill}`, job: drill, directory: null, summary: '' });
  return {
    ...{ drill, isTwin: false, variation: '', layout: 'raid1', tools: 'trixie', kernel: '6.12.118' },
    counts: { ...noCounts, good, bad },
    known: 0,
    good: place('good'),
    bad: bad > 0 ? place('bad') : null,
    ...more,
  };
}

const fields = ['drill', 'isTwin', 'layout', 'tools'] as const;

test('what changed comes first, the least likely chance at the top; what is the same is last', () => {
  const a = [counts('same', 0, 30), counts('rare', 0, 30), counts('often', 0, 30)];
  const b = [counts('same', 0, 9), counts('rare', 1, 29), counts('often', 20, 10)];
  const { subjects, onlyA, onlyB } = compareResults(a, b, fields);
  assert.deepEqual(
    subjects.map(({ drill, change }) => [drill, change]),
    [
      ['often', 'clear'],
      ['rare', 'unsure'],
      ['same', 'same'],
    ],
  );
  assert.deepEqual([onlyA, onlyB], [0, 0]);
  assert.deepEqual(subjects[0]?.b.place?.run, 'bad-often');
});

test('a change among many must be clearer than a change alone', () => {
  const pair = (drill: string, bad: number) => [counts(drill, bad, 30 - bad), counts(drill, 0, 30)] as const;
  const alone = [pair('one', 6)];
  const many = [pair('one', 6), ...Array.from({ length: 10 }, (_, index) => pair(`other-${String(index)}`, 1))];
  const changeOf = (pairs: typeof alone) =>
    compareResults(
      pairs.map(([a]) => a),
      pairs.map(([, b]) => b),
      fields,
    ).subjects.find(({ drill }) => drill === 'one')?.change;
  assert.deepEqual([changeOf(alone), changeOf(many)], ['clear', 'unsure']);
});

test('subjects that differ in nothing that counts are put together', () => {
  const a = [counts('slow-disk', 1, 9, { kernel: '6.12.1' }), counts('slow-disk', 0, 10, { kernel: '6.12.2' })];
  const [subject] = compareResults(a, [counts('slow-disk', 0, 5, { kernel: '7.3' })], fields).subjects;
  assert.deepEqual([subject?.a.seen, subject?.a.of, subject?.kernel], [1, 20, undefined]);
});

test('what failed for the machine’s sake is told beside, and what is on one side only is counted', () => {
  const a = [counts('slow-disk', 0, 9, { counts: { ...noCounts, good: 9, machine: 4 } }), counts('tiny-disks', 0, 3)];
  const b = [counts('slow-disk', 0, 9), counts('full-array', 0, 0, { counts: { ...noCounts, machine: 3 } })];
  const { subjects, onlyA, onlyB } = compareResults(a, b, fields);
  assert.deepEqual([subjects.length, subjects[0]?.a.machine, subjects[0]?.a.of, onlyA, onlyB], [1, 4, 9, 1, 0]);
});

test('a side is typed as a name or as a field with one', () => {
  assert.deepEqual(parseSide('6.12'), { field: undefined, value: '6.12' });
  assert.deepEqual(parseSide('tools=trixie'), { field: 'tools', value: 'trixie' });
  for (const typed of ['', 'tools=', 'colour=red', 'constructor=x', '=x']) assert.equal(parseSide(typed), undefined, typed);
  assert.deepEqual(onlySide({ ...everyResult, drills: ['a'] }, { field: 'kernel', value: '6.12' }), {
    ...everyResult,
    drills: ['a'],
    kernels: ['6.12'],
  });
});
