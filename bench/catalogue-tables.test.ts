import assert from 'node:assert/strict';
import { test } from 'node:test';
import { expectedRun } from '../src/report/fixtures/expected-events.ts';
import { manyBegin, manyEnd, manyInterrupted, recordJobs } from '../src/report/fixtures/many-events.ts';
import { missingDrills, runsOf } from './catalogue-results.ts';
import type { CatalogueResults, Series } from './catalogue-results.ts';
import { catalogueTables } from './catalogue-tables.ts';

const series: Series = { kernel: 'bookworm', tools: 'bookworm', isTwin: false, layout: 'own' };
const twins: Series = { ...series, isTwin: true };

test('the runs of an invocation are those of its drills that were over, with what they came to', () => {
  const runs = runsOf(series, recordJobs([...manyBegin, ...manyEnd]));
  assert.deepEqual(
    runs.map(({ drill, outcome, brokenChecks, durationMs }) => [drill, outcome, brokenChecks, durationMs]),
    [
      ['split-brain', 'held', [], 20_000],
      ['replace-missing-disk', 'broken', ['profiles'], 14_100],
      ['replace-missing-disk', 'failed', [], 20_000],
      ['kernel-crash', 'crashed', [], 9000],
      ['slow-disk', 'inconclusive', [], 3000],
    ],
  );
  assert.deepEqual(
    runsOf(series, recordJobs(manyInterrupted)).map(({ drill }) => drill),
    ['replace-missing-disk'],
  );
});

test('what has fewer runs than wanted is missing, in each series by itself', () => {
  const runs = runsOf(series, recordJobs(expectedRun));
  const results: CatalogueResults = { v: 1, runs, sessions: [] };
  assert.deepEqual(missingDrills(results, series, ['held', 'other', 'new'], 1), ['new']);
  assert.deepEqual(missingDrills(results, series, ['held', 'other', 'new'], 2), ['held', 'other', 'new']);
  assert.deepEqual(missingDrills(results, { ...series, kernel: 'trixie' }, ['held'], 1), ['held']);
});

test('tables have a column for each kernel: verdicts, the median time, and of twins the broken checks, those that they name in bold', () => {
  const runs = [
    ...runsOf(twins, recordJobs(expectedRun)),
    ...runsOf({ ...twins, kernel: 'trixie' }, recordJobs(expectedRun)),
    ...runsOf(series, recordJobs([...manyBegin, ...manyEnd])),
  ];
  const session = { ...series, drills: 5, jobs: 2, wallMs: 31_000, sumMs: 66_100, exitCode: 69, at: 'x' };
  const text = catalogueTables({ v: 1, runs, sessions: [session] }, ['replace-missing-disk', 'split-brain', 'replace', 'held', 'other']);
  const rows = text.split('\n');
  assert.ok(rows.includes('| drill | bookworm, tools of bookworm | trixie, tools of bookworm | broken checks |'), text);
  assert.ok(
    rows.includes('| replace | broken as expected 1 of 1, 9.0 s | broken as expected 1 of 1, 9.0 s | **profiles**, **leg-alone-DISK3** |'),
    text,
  );
  assert.ok(rows.includes('| held | **surprise 1 of 1**, 9.0 s | **surprise 1 of 1**, 9.0 s |  |'), text);
  assert.ok(rows.includes('| replace-missing-disk | **broken 1 of 2**, **failed 1 of 2**, 14.1 s |'), text);
  assert.ok(rows.includes('| split-brain | held 1 of 1, 20.0 s |'), text);
  assert.ok(rows.includes('| 5 drills | bookworm, tools of bookworm | 2 | 31.0 s | 66.1 s | 69 |'), text);
});
