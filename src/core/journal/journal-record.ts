import { joinBytes, utf8 } from '../bytes/bytes.ts';
import { hashText, spreadWord } from '../bytes/prng.ts';

/** The length of every record, with its line end, bytes: record i lies at i times this. */
export const journalRecordBytes = 2048;

/**
 * Gives record `index` (0-based) of a segment: one line of exactly {@link journalRecordBytes} ASCII characters that names segment and
 * record, filled up with a word unique to it. `src/storage/guest-programs/journal-writer.pl` writes the same line.
 */
export function journalRecord(seed: string, segment: number, index: number): string {
  // The writer in the guest sees the seed as bytes.
  const seedBytes = String.fromCharCode(...utf8(seed));
  const start = hashText(`${seedBytes}/${String(segment)}/${String(index)}`);
  const word = [0, 1, 2, 3].map((place) => spreadWord(start, place).toString(16).padStart(8, '0')).join('');
  const head = `journal segment ${String(segment)} record ${String(index).padStart(9, '0')} `;
  const filling = word.repeat(Math.ceil(journalRecordBytes / word.length));
  return `${(head + filling).slice(0, journalRecordBytes - 1)}\n`;
}

/** Gives the first `count` records of a segment as they lie in its file. */
export function journalBytes(seed: string, segment: number, count: number): Uint8Array {
  return joinBytes(Array.from({ length: count }, (_, index) => utf8(journalRecord(seed, segment, index))));
}
