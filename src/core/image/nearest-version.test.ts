import assert from 'node:assert/strict';
import { test } from 'node:test';
import { isSameSeries, nearestVersion } from './nearest-version.ts';

const kernels = ['5.10', '6.1', '6.1.170', '6.12', '6.12.95', '7.3'].map((version) => ({ version }));

test('the nearest kernel is of the same series where there is one, then of the nearest', () => {
  const cases: readonly (readonly [string, string])[] = [
    ['6.12.43', '6.12'],
    ['6.12.90', '6.12.95'],
    ['6.1.140', '6.1.170'],
    ['6.8.0', '6.12.95'],
    ['5.15.0', '5.10'],
    ['4.19.98', '5.10'],
    ['6.19.2', '7.3'],
    ['9.0', '7.3'],
    ['3.16', '5.10'],
  ];
  for (const [wanted, nearest] of cases) assert.equal(nearestVersion(wanted, kernels)?.version, nearest, wanted);
  assert.equal(nearestVersion('6.1', kernels.slice(0, 0)), undefined);
});

test('a series is the first two numbers', () => {
  assert.ok(isSameSeries('6.12.43', '6.12.118'));
  assert.ok(!isSameSeries('6.12', '6.1'));
});
