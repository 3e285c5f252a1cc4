import { journalRecord, journalRecordBytes } from './journal-record.ts';

/** A record that was acknowledged and is not there as it was written. */
export interface JournalDifference {
  readonly record: number;
  /** `missing`: the file ends before it; `cut-off`: it ends inside it; `different`: other bytes are in its place. */
  readonly is: 'missing' | 'cut-off' | 'different';
}

/**
 * Gives the acknowledged records that a segment's file does not hold, in order. `content` is the file, as text: records are ASCII, so
 * damage cannot be decoded into a match. What lies behind the acknowledged records was never promised and may be anything.
 */
export function compareJournal(seed: string, segment: number, acknowledged: number, content: string): readonly JournalDifference[] {
  const differences: JournalDifference[] = [];
  // Where bytes were no UTF-8, characters stopped being bytes and places shifted: a record is then looked for by its text, which is its own.
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
