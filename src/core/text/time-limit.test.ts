import assert from 'node:assert/strict';
import { test } from 'node:test';
import { formatTimeLimit, lengthOfLimit, longerLimitsRemedy, parseTimeoutFactor } from './time-limit.ts';

test('a limit is as many times longer as its host is slower, and says so', () => {
  assert.equal(lengthOfLimit({ usualMs: 120_000, factor: 3.2 }), 384_000);
  assert.equal(formatTimeLimit({ usualMs: 120_000, factor: 3.2 }), '384 s (120 s × 3.2)');
  assert.equal(formatTimeLimit({ usualMs: 120_000, factor: 1 }), '120 s');
});

test('the remedy is twice the factor that was too little, and never more than may be asked for', () => {
  assert.match(longerLimitsRemedy({ usualMs: 1, factor: 1 }), /RAIDLAB_TIMEOUT_FACTOR=2 /u);
  assert.match(longerLimitsRemedy({ usualMs: 1, factor: 3.2 }), /RAIDLAB_TIMEOUT_FACTOR=7 /u);
  assert.match(longerLimitsRemedy({ usualMs: 1, factor: 80 }), /RAIDLAB_TIMEOUT_FACTOR=100 /u);
});

test('a factor is a plain number from 1 to 100', () => {
  for (const [text, factor] of [
    ['1', 1],
    ['2.5', 2.5],
    ['100', 100],
  ] as const)
    assert.equal(parseTimeoutFactor(text), factor);
  for (const text of ['', '0', '0.5', '-2', '101', '1e2', '3x', '2,5', ' 2', 'Infinity', '1.2345'])
    assert.equal(parseTimeoutFactor(text), undefined, text);
});
