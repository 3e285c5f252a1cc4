import assert from 'node:assert/strict';
import { readFileSync } from 'node:fs';
import { test } from 'node:test';
import { UnknownOutput } from '../parsing/unknown-output.ts';
import { parseListUnits } from './list-units.ts';

/** Recorded in emergency mode, where nothing has failed but waits: src/core/boot/fixtures/bookworm/emergency.txt. */
const recorded = readFileSync(new URL('fixtures/bookworm/list-units-failed.txt', import.meta.url), 'utf8');

const failed = '[{"unit":"storage.mount","load":"loaded","active":"failed","sub":"failed","description":"/storage"}]\n';

test('units are read, with and without a column of jobs', () => {
  const [unit] = parseListUnits(failed);
  assert.deepEqual(unit, { unit: 'storage.mount', load: 'loaded', active: 'failed', sub: 'failed', description: '/storage' });
  assert.deepEqual(parseListUnits(failed.replace('"description"', '"job":"start","description"')), [unit]);
  assert.deepEqual(parseListUnits(recorded), []);
});

test('another shape is refused', () => {
  for (const text of ['', failed.slice(0, -4), failed.replace('"sub"', '"under"'), '0 loaded units listed.\n'])
    assert.throws(() => parseListUnits(text), UnknownOutput, text);
});
