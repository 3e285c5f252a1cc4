import assert from 'node:assert/strict';
import { test } from 'node:test';
import fc from 'fast-check';
import { compareJournal } from './compare-journal.ts';
import { journalBytes, journalRecord, journalRecordBytes } from './journal-record.ts';

const text = (count: number): string => String.fromCharCode(...journalBytes('seed', 1, count));

test('a record is one line of fixed length that names segment and record', () => {
  fc.assert(
    fc.property(fc.string(), fc.nat(), fc.nat({ max: 999_999_999 }), (seed, segment, index) => {
      const record = journalRecord(seed, segment, index);
      assert.equal(record.length, journalRecordBytes);
      assert.match(record, /^journal segment \d+ record \d{9} [0-9a-f]+\n$/u);
    }),
  );
});

test('records of other seeds, segments and places are others', () => {
  const records = [
    journalRecord('a', 1, 0),
    journalRecord('b', 1, 0),
    journalRecord('a', 2, 0),
    journalRecord('a', 1, 1),
    journalRecord('ä', 1, 0),
  ];
  assert.equal(new Set(records).size, records.length);
});

test('a journal that holds what was acknowledged has no difference, whatever lies behind', () => {
  assert.deepEqual(compareJournal('seed', 1, 3, text(3)), []);
  assert.deepEqual(compareJournal('seed', 1, 3, `${text(4)}torn \ufffd`), []);
  assert.deepEqual(compareJournal('seed', 1, 0, ''), []);
});

test('a missing, a cut and a changed record are told apart', () => {
  assert.deepEqual(compareJournal('seed', 1, 3, text(2)), [{ record: 2, is: 'missing' }]);
  assert.deepEqual(compareJournal('seed', 1, 3, text(3).slice(0, -1)), [{ record: 2, is: 'cut-off' }]);
  assert.deepEqual(compareJournal('seed', 1, 2, '\0'.repeat(journalRecordBytes) + text(2).slice(journalRecordBytes)), [
    { record: 0, is: 'different' },
  ]);
  assert.deepEqual(compareJournal('seed', 1, 1, ''), [{ record: 0, is: 'missing' }]);
});

test('any single changed character of an acknowledged record is found, and no other record with it', () => {
  const whole = text(4);
  fc.assert(
    fc.property(fc.nat({ max: whole.length - 1 }), fc.constantFrom('\0', '\n', 'x', '\ufffd', '\ufffd\ufffd\n'), (at, other) => {
      fc.pre(whole[at] !== other);
      const differences = compareJournal('seed', 1, 4, whole.slice(0, at) + other + whole.slice(at + 1));
      const ascii = !other.includes('\ufffd');
      assert.ok(differences.length === 1 || !ascii);
      assert.equal(differences[0]?.record, Math.floor(at / journalRecordBytes));
      assert.equal(differences.length, 1);
    }),
  );
});
