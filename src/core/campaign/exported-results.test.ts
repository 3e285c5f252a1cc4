import assert from 'node:assert/strict';
import { test } from 'node:test';
import { BadJson } from '../parsing/json-shape.ts';
import type { ArchivedResult } from './archived-result.ts';
import { formatExport, parseExport } from './exported-results.ts';
import { madeUpResults, oneResult } from './fixtures/made-up-results.ts';

const results: readonly ArchivedResult[] = [
  oneResult,
  {
    ...oneResult,
    run: 'other',
    matrix: 'nightly',
    release: null,
    toolsVersion: null,
    verdict: null,
    standing: 'machine',
    accelerator: null,
    summary: 'A line\nand "another".',
    brokenChecks: ['a', 'b'],
  },
  ...madeUpResults(50),
];
const exported = formatExport(results);

test('what was exported is read back, but for the folders of the runs', () => {
  assert.deepEqual(
    parseExport(exported),
    results.map((result) => ({ ...result, directory: null })),
  );
  assert.equal(exported.split('\n').length, results.length + 2);
  assert.ok(!exported.includes('/results/'));
  assert.deepEqual(parseExport(formatExport([])), []);
});

/** The text with its second result changed. */
function changed(change: (result: Record<string, unknown>) => Record<string, unknown>): string {
  const rows = exported.split('\n');
  rows[2] = JSON.stringify(change(JSON.parse(rows[2] ?? '') as Record<string, unknown>));
  return rows.join('\n');
}

for (const [what, text, why] of [
  ['nothing', '', /^in line 1 it is no JSON/u],
  ['another document', '{"v":1,"results":[]}\n', /^in line 1 /u],
  ['a newer version', exported.replace('"v":1', '"v":2'), /version 2 of the format, and this raidlab knows 1/u],
  ['one that was cut off between lines', exported.replace(/[^\n]+\n$/u, ''), /should have 52 results, and was cut off/u],
  ['one that was cut off in a line', exported.slice(0, -9), /cut off/u],
  ['one that was added to', `${exported}{}\n`, /added to/u],
  ['an unknown field', changed((result) => ({ ...result, colour: 'red' })), /^in line 3 colour is/u],
  ['a missing field', changed(({ seed, ...result }) => ({ ...result, was: seed })), /^in line 3 /u],
  ['another standing', changed((result) => ({ ...result, standing: 'fine' })), /^in line 3 standing is "fine"/u],
  ['a run that leads elsewhere', changed((result) => ({ ...result, run: '../x' })), /^in line 3 run is/u],
  ['no duration', changed((result) => ({ ...result, durationMs: -1 })), /^in line 3 durationMs is -1/u],
  ['a folder', changed((result) => ({ ...result, directory: '/etc' })), /^in line 3 directory is/u],
] as const) {
  test(`refused: ${what}`, () => {
    assert.throws(
      () => parseExport(text),
      (error) => error instanceof BadJson && why.test(error.message),
    );
  });
}
