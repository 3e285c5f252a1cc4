import assert from 'node:assert/strict';
import { test } from 'node:test';
import { oneResult } from '../../core/campaign/fixtures/made-up-results.ts';
import { compareResults } from '../../core/campaign/comparison.ts';
import { noCounts } from '../../core/campaign/counts.ts';
import type { ResultCounts } from '../../core/campaign/counts.ts';
import { findRegressions } from '../../core/campaign/regressions.ts';
import { plainText } from '../text/plain-text.ts';
import { formatOdds, formatRate } from './odds.ts';
import { tableLines } from './table-lines.ts';
import { tableMarkdown } from './table-markdown.ts';
import { comparisonTable, regressionsTable, resultsTable } from './tables.ts';

function counts(kernel: string, bad: number, good: number, more: Partial<ResultCounts> = {}): ResultCounts {
  const place = (name: string) => ({
    run: `${name}-${kernel}`,
    job: 'slow-disk',
    directory: `/r/${name}-${kernel}`,
    summary: `What was ${name}.`,
  });
  return {
    ...{ drill: 'slow-disk', isTwin: false, variation: '', layout: 'raid10', tools: 'trixie', kernel },
    counts: { ...noCounts, good, bad },
    known: 0,
    good: place('good'),
    bad: bad > 0 ? place('bad') : null,
    ...more,
  };
}

const some = [counts('6.1.0-56', 0, 90), counts('6.12.118', 12, 78), counts('6.16.3', 9, 81), counts('7.3.4', 0, 3)];

test('the table of regressions says since when, until when and how sure that is', () => {
  const text = plainText(tableLines(regressionsTable(findRegressions(some), 270)));
  const [title, , head, row] = text.split('\n');
  assert.equal(title, 'First bad, last bad, fixed in');
  assert.equal(head?.replaceAll(/ {2,}/gu, ' | '), 'drill | layout | tools | good before | first bad | last bad | fixed in | rate');
  assert.equal(
    row?.replaceAll(/ {2,}/gu, ' | '),
    'slow-disk | raid10 | trixie | 6.1.0-56 (0 of 90; 1 in 5,900) | 6.12.118 (12 of 90) | 6.16.3 (9 of 90) | 7.3.4? (0 of 3; 100 %) | 12 %, 8 to 17 %',
  );
  assert.match(text, /^slow-disk, raid10, tools of trixie, on 6\.16\.3: What was bad\.$/mu);
});

test('without anything judged, or without anything bad, it says so', () => {
  assert.match(plainText(tableLines(regressionsTable([], 0))), /No result could be judged\./u);
  assert.match(plainText(tableLines(regressionsTable([], 9))), /No promise was broken on any kernel\./u);
});

test('a comparison says what is worse, and what may be chance', () => {
  const a = [
    counts('6.12.118', 0, 30),
    counts('6.12.118', 1, 29, { drill: 'tiny-disks' }),
    counts('6.12.118', 0, 9, { drill: 'full-array' }),
  ];
  const b = [counts('7.3.4', 12, 18), counts('7.3.4', 0, 30, { drill: 'tiny-disks' }), counts('7.3.4', 0, 9, { drill: 'full-array' })];
  const text = plainText(tableLines(comparisonTable(compareResults(a, b, ['drill', 'isTwin']), { a: '6.12', b: '7.3' })));
  assert.match(text, /^slow-disk +0 of 30 +12 of 30 +\S.* {2}worse$/mu);
  assert.match(text, /^tiny-disks +1 of 30 +0 of 30 +100 % {2}better, may be chance$/mu);
  assert.match(text, /^3 compared: 2 differ, 1 are the same\.$/mu);
});

test('single results say what they came to, and what was the machine’s fault', () => {
  const results = [
    oneResult,
    { ...oneResult, standing: 'machine' as const, verdict: null },
    { ...oneResult, verdict: 'broken' as const, isKnown: true, isTwin: true },
  ];
  const text = plainText(tableLines(resultsTable(results, { ...noCounts, good: 2, machine: 1 })));
  assert.match(text, /^3 results: 2 good, 1 machine$/mu);
  assert.match(text, /slow-disk +6\.12\.118 +6\.14 +held /u);
  assert.match(text, /failed \(machine\)/u);
  assert.match(text, /slow-disk \(twin\) .*broken as expected/u);
});

test('Markdown leads to the runs, and nothing in a cell ends it', () => {
  const table = regressionsTable(findRegressions([counts('6.12.118', 1, 2, { layout: 'a | b <c> `d` [e](f)' }), counts('7.3.4', 0, 3)]), 6);
  const text = tableMarkdown(table, ({ run }) => `x y/${run}.html`);
  assert.match(text, /\[\*\*6\.12\.118 \(1 of 3\)\*\*\]\(<x y\/bad-6\.12\.118\.html>\)/u);
  assert.ok(text.includes(String.raw`a \| b &lt;c> \`d\` \[e\](f)`), text);
  for (const row of text.split('\n').filter((each) => each.startsWith('|'))) assert.equal(row.match(/(?<!\\)\|/gu)?.length, 9, row);
});

test('odds and rates are said with as many digits as they deserve', () => {
  assert.deepEqual([1, 0.4857, 0.0494, 0.0138, 0.002, 0.0004, 1e-5, 1e-12].map(formatOdds), [
    '100 %',
    '49 %',
    '5 %',
    '1 %',
    '0.2 %',
    '1 in 2,500',
    '1 in 100,000',
    'less than 1 in 1,000,000,000',
  ]);
  assert.equal(formatRate({ seen: 0, of: 0, from: 0, to: 1 }), '');
  assert.equal(formatRate({ seen: 1, of: 46, from: 0.0038, to: 0.113 }), '2 %, 0.4 to 11 %');
});
