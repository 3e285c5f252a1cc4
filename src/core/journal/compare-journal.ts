import { journalRecord, journalRecordBytes } from './journal-record.ts';

/** An acknowledged record that is not there as written. */
export interface JournalDifference {
  readonly record: number;
  /** `missing`: the file ends before it; `cut-off`: the file ends inside it; `different`: its place holds other bytes. */
  readonly is: 'missing' | 'cut-off' | 'different';
}

/**
 * Gives the acknowledged records that a segment's file does not contain, in order. `content` is the file as text: records are ASCII, so
 * damage cannot be decoded into a match. Anything may follow the acknowledged records: it was never promised.
 */
export function compareJournal(seed: string, segment: number, acknowledged: number, content: string): readonly JournalDifference[] {
  const differences: JournalDifference[] = [];
  // Invalid UTF-8 shifts character offsets: then a record is searched for by its text, which is unique.
  const isAscii = /^[\0-\u007f]*$/u.test(content);
  for (let record = 0; record < acknowledged; record += 1) {
    const expected = journalRecord(seed, segment, record);
    const found = content.slice(record * journalRecordBytes, (record + 1) * journalRecordBytes);
    const isThere = isAscii ? found === expected : content.includes(expected);
    if (!isThere) differences.push({ record, is: wayOf(found, expected) });
  }
  return differences;
}

function wayOf(found: string, expected: string): JournalDifference['is'] {
  if (found === '') return 'missing';
  return expected.startsWith(found) ? 'cut-off' : 'different';
}
