import assert from 'node:assert/strict';
import { test } from 'node:test';
import { compareKernels, nameOfKernel, noCounts } from './counts.ts';
import type { ResultCounts } from './counts.ts';
import { findRegressions } from './regressions.ts';

const place = (kernel: string) => ({ run: `run-${kernel}`, job: 'slow-disk', directory: null, summary: '' });

function counts(kernel: string, bad: number, good: number, more: Partial<ResultCounts> = {}): ResultCounts {
  return {
    ...{ drill: 'slow-disk', isTwin: false, variation: '', layout: 'raid10', tools: 'trixie', kernel },
    counts: { ...noCounts, good, bad },
    known: 0,
    good: good > 0 ? place(`good-${kernel}`) : null,
    bad: bad > 0 ? place(`bad-${kernel}`) : null,
    ...more,
  };
}

test('kernels are named and ordered as people compare them', () => {
  assert.equal(nameOfKernel('6.12.118+deb13-cloud-amd64'), '6.12.118');
  assert.equal(nameOfKernel('6.1.0-56-cloud-amd64'), '6.1.0-56');
  assert.equal(nameOfKernel('7.3~rc1-amd64'), '7.3~rc1');
  assert.equal(nameOfKernel('trixie'), 'trixie');
  const kernels = ['trixie', '7.3.4', '6.1.0-56', '6.12.118', '6.1.0-9', '5.10.0-36', '/srv/linux', '7.3~rc1'];
  assert.deepEqual(kernels.toSorted(compareKernels), [
    '5.10.0-36',
    '6.1.0-9',
    '6.1.0-56',
    '6.12.118',
    '7.3~rc1',
    '7.3.4',
    '/srv/linux',
    'trixie',
  ]);
});

test('a promise is broken from the first bad kernel to the last, and fixed in the next', () => {
  const [found, ...more] = findRegressions([
    counts('7.1.2', 0, 30),
    counts('6.12.118', 8, 22),
    counts('6.1.0-56', 0, 40),
    counts('6.18.4', 3, 27),
    counts('6.16.3', 0, 30),
  ]);
  assert.ok(found !== undefined);
  assert.equal(more.length, 0);
  const { firstBad, lastBad, goodBefore, fixedIn, rate, history } = found;
  assert.deepEqual([goodBefore?.kernel, firstBad.kernel, lastBad.kernel, fixedIn?.kernel], ['6.1.0-56', '6.12.118', '6.18.4', '7.1.2']);
  assert.deepEqual([firstBad.seen, firstBad.of, rate.seen, rate.of], [8, 30, 11, 90]);
  assert.ok(rate.from < 11 / 90 && 11 / 90 < rate.to);
  assert.ok((goodBefore?.odds ?? 1) < 0.05 && (fixedIn?.odds ?? 0) > 0.05, 'thirty good runs do not prove a fix of what is rare');
  assert.deepEqual([firstBad.place?.run, fixedIn?.place?.run], ['run-bad-6.12.118', 'run-good-7.1.2']);
  assert.deepEqual(
    history.map(({ kernel }) => kernel),
    ['6.1.0-56', '6.12.118', '6.16.3', '6.18.4', '7.1.2'],
  );
});

test('what is bad on the oldest and the newest kernel has neither a beginning nor an end', () => {
  const [found] = findRegressions([counts('6.1', 1, 45), counts('7.3', 2, 44)]);
  assert.deepEqual([found?.goodBefore, found?.fixedIn], [null, null]);
});

test('kernels on which nothing could be judged say nothing', () => {
  const [found] = findRegressions([
    counts('6.1', 3, 0),
    counts('6.12', 0, 0, { counts: { ...noCounts, machine: 9, skipped: 2 } }),
    counts('7.3', 0, 3),
  ]);
  assert.equal(found?.fixedIn?.kernel, '7.3');
});

test('drills, twins, layouts and tools are told apart, and what was never bad is not there', () => {
  const found = findRegressions([
    counts('6.1', 0, 9),
    counts('6.1', 1, 8, { layout: 'raid1' }),
    counts('6.1', 1, 8, { tools: 'bookworm' }),
    counts('6.1', 1, 8, { isTwin: true }),
    counts('7.3', 0, 9, { drill: 'tiny-disks' }),
  ]);
  assert.equal(found.length, 3);
  assert.deepEqual(findRegressions([]), []);
});
