import assert from 'node:assert/strict';
import { test } from 'node:test';
import { arrangeByKernel } from './by-kernel.ts';
import { noCounts } from './counts.ts';
import type { ResultCounts } from './counts.ts';

function counts(drill: string, kernel: string, more: Partial<ResultCounts> = {}): ResultCounts {
  return {
    ...{ drill, kernel, isTwin: false, variation: '', layout: 'raid1', tools: 'trixie' },
    counts: { ...noCounts, good: 1 },
    ...{ known: 0, good: null, bad: null },
    ...more,
  };
}

test('a row for each drill, layout and tools, a column for each kernel, the oldest first', () => {
  const some = [
    counts('tiny-disks', '7.3.4'),
    counts('slow-disk', '6.12.118'),
    counts('slow-disk', '6.1.0-56'),
    counts('slow-disk', '6.12.118', { layout: 'raid10' }),
    counts('slow-disk', '6.12.118', { isTwin: true }),
    counts('slow-disk', 'trixie', { counts: { ...noCounts, skipped: 1, interrupted: 1 } }),
  ];
  const { kernels, rows } = arrangeByKernel(some, ['6.17', '6.12.118']);
  assert.deepEqual(kernels, ['6.1.0-56', '6.12.118', '6.17', '7.3.4']);
  assert.deepEqual(
    rows.map(({ drill, isTwin, layout, cells }) => [drill, isTwin, layout, cells.map((cell) => cell?.kernel ?? null)]),
    [
      ['slow-disk', false, 'raid1', ['6.1.0-56', '6.12.118', null, null]],
      ['slow-disk', false, 'raid10', [null, '6.12.118', null, null]],
      ['slow-disk', true, 'raid1', [null, '6.12.118', null, null]],
      ['tiny-disks', false, 'raid1', [null, null, null, '7.3.4']],
    ],
  );
  assert.equal(rows[0]?.cells[1], some[1]);
});

test('nothing is a grid without rows', () => {
  assert.deepEqual(arrangeByKernel([]), { kernels: [], rows: [] });
});
