import assert from 'node:assert/strict';
import { test } from 'node:test';
import { arrangeByKernel } from '../../core/campaign/by-kernel.ts';
import { noCounts } from '../../core/campaign/counts.ts';
import type { ResultCounts } from '../../core/campaign/counts.ts';
import { plainText } from '../text/plain-text.ts';
import { kernelsTable } from './kernels-table.ts';
import { tableLines } from './table-lines.ts';
import { tableMarkdown } from './table-markdown.ts';

const place = (run: string) => ({ run, job: 'slow-disk', directory: null, summary: '' });

function counts(kernel: string, more: Partial<ResultCounts['counts']>, known = 0): ResultCounts {
  return {
    ...{ drill: 'slow-disk', isTwin: false, variation: '', layout: 'raid10', tools: 'trixie', kernel, known },
    counts: { ...noCounts, ...more },
    good: place(`good-${kernel}`),
    bad: place(`bad-${kernel}`),
  };
}

const table = kernelsTable(
  arrangeByKernel(
    [
      counts('5.10.0-36', { machine: 2, skipped: 1 }),
      counts('6.1.0-56', { good: 3 }),
      counts('6.12.118', { bad: 3 }, 3),
      counts('6.16.3', { good: 1, bad: 3, machine: 1 }),
      counts('6.17.8', { good: 1, bad: 3 }, 1),
      counts('7.1.2', { unclear: 1 }),
      counts('7.2.9', { skipped: 1 }),
    ],
    ['7.3'],
  ),
);

test('a cell says how many were bad, of how many, how sure that is, and what is known', () => {
  const [title, , head, row] = plainText(tableLines(table)).split('\n');
  assert.equal(title, 'By kernel');
  assert.equal(
    head?.replaceAll(/ {2,}/gu, ' | '),
    'drill | layout | tools | 5.10.0-36 | 6.1.0-56 | 6.12.118 | 6.16.3 | 6.17.8 | 7.1.2 | 7.3',
  );
  assert.equal(
    row?.replaceAll(/ {2,}/gu, ' | '),
    'slow-disk | raid10 | trixie | not judged | 0 of 3 (≤ 56 %) | 3 of 3 (≥ 44 %, known) | 3 of 4 (30 to 95 %) | 3 of 4 (30 to 95 %, 1 known) | not judged | –',
  );
});

test('a cell leads to a bad run where there is one, else to a good one', () => {
  const text = tableMarkdown(table, ({ run }) => run);
  assert.ok(text.includes('[0 of 3 (≤ 56 %)](<good-6.1.0-56>)'), text);
  assert.ok(text.includes('[**3 of 4 (30 to 95 %)**](<bad-6.16.3>)'), text);
  assert.ok(text.includes('| not judged |'), text);
});
