import assert from 'node:assert/strict';
import { test } from 'node:test';
import { UnknownOutput } from '../parsing/unknown-output.ts';
import { parseScrubRecords } from './scrub-record.ts';

// As scrub_write_file() in cmds/scrub.c writes it.
const device = (devid: number, values: Readonly<Record<string, number>>): string =>
  `942b579d-f7d9-402a-a032-274b62b8d63c:${String(devid)}${Object.entries({
    data_extents_scrubbed: 1051,
    tree_extents_scrubbed: 19,
    data_bytes_scrubbed: 67108864,
    tree_bytes_scrubbed: 311296,
    read_errors: 0,
    csum_errors: 0,
    verify_errors: 0,
    no_csum: 0,
    csum_discards: 0,
    super_errors: 0,
    malloc_errors: 0,
    uncorrectable_errors: 0,
    corrected_errors: 0,
    last_physical: 1056964608,
    t_start: 1795000000,
    t_resumed: 0,
    duration: 1,
    canceled: 0,
    finished: 1,
    ...values,
  })
    .map(([name, value]) => `|${name}:${String(value)}`)
    .join('')}\n`;
const head = 'scrub status:1\n';

test('each device is told with what its scrub found, and whether it came to its end', () => {
  const text = `${head}${device(1, { csum_errors: 250, super_errors: 1, corrected_errors: 250, no_csum: 7 })}${device(2, { canceled: 1, malloc_errors: 1 })}`;
  const clean = { startedAtSeconds: 1_795_000_000, uncorrectable: 0 };
  assert.deepEqual(parseScrubRecords(text), [
    { ...clean, devid: 1, isFinished: true, found: 251, corrected: 250, withoutChecksum: 7, isIncomplete: false },
    { ...clean, devid: 2, isFinished: false, found: 0, corrected: 0, withoutChecksum: 0, isIncomplete: true },
  ]);
});

test('one that is under way is not finished', () => {
  assert.equal(parseScrubRecords(head + device(1, { finished: 0 }))[0]?.isFinished, false);
});

test('another version, a line that is cut, and one without a number that is wanted are refused', () => {
  const line = device(1, {});
  for (const text of [
    '',
    'scrub status:2\n',
    head + line.slice(0, -4),
    head + line.slice(0, line.indexOf('|finished')) + '\n',
    `${head}?\n`,
  ]) {
    assert.throws(() => parseScrubRecords(text), UnknownOutput, text);
  }
});
