import assert from 'node:assert/strict';
import { test } from 'node:test';
import { entryFormatVersion, formatEntryRecord, parseEntryRecord } from './entry-record.ts';
import type { EntryRecord } from './entry-record.ts';

const record: EntryRecord = {
  format: entryFormatVersion,
  kind: 'kernel',
  digest: '0123456789abcdef0123456789abcdef',
  artefact: 'kernel of trixie',
  description: 'trixie (linux-image-cloud-amd64 6.12.117-1)',
  madeAt: '2026-11-22T08:00:00.000Z',
  durationMs: 17_000,
  packages: { 'linux-image-cloud-amd64': '6.12.117-1' },
  files: [{ name: 'vmlinuz', sizeBytes: 3, xxh128: '06b05ab6733a618578af5f94892f3950' }],
};

test('a record that is written is read as it was', () => {
  assert.deepEqual(parseEntryRecord(formatEntryRecord(record)), record);
  const withFacts = { ...record, facts: { uuids: ['0b6e', '7a41'], stateBytes: 512_000, spare: null, of: { suite: 'trixie' } } };
  assert.deepEqual(parseEntryRecord(formatEntryRecord(withFacts)), withFacts);
});

test('a record that was cut off anywhere is no record', () => {
  const text = formatEntryRecord(record).trimEnd();
  for (let length = 0; length < text.length; length += 1) assert.equal(parseEntryRecord(text.slice(0, length)), undefined);
});

test('a record of another format, without files, or with a file name that leads elsewhere is no record', () => {
  for (const wrong of [
    { format: entryFormatVersion + 1 },
    { files: [] },
    { files: [{ name: '../x', sizeBytes: 1, xxh128: '' }] },
    { packages: { a: 1 } },
    { digest: null },
    { facts: null },
    { facts: ['a'] },
    { facts: 'a' },
  ]) {
    assert.equal(parseEntryRecord(JSON.stringify({ ...record, ...wrong })), undefined);
  }
});
