import assert from 'node:assert/strict';
import { test } from 'node:test';
import fc from 'fast-check';
import { formatAge, parseAge } from './age.ts';

test('an age is read as a person writes it', () => {
  const day = 24 * 60 * 60 * 1000;
  for (const [text, ms] of [
    ['30d', 30 * day],
    ['30 days', 30 * day],
    ['1 day', day],
    ['2w', 14 * day],
    ['1.5h', 90 * 60_000],
    ['90min', 90 * 60_000],
    ['5M', 5 * 60_000],
  ] as const) {
    assert.equal(parseAge(text), ms, text);
  }
});

test('what is no age is refused', () => {
  for (const text of ['', '30', 'd', '0d', '-1d', '3 months', '1e3d', '5s', 'Infinityd', `${'9'.repeat(30)}w`]) {
    assert.equal(parseAge(text), undefined, text);
  }
});

test('an age as it is written is read again, but for what its unit is too large for', () => {
  assert.deepEqual(
    [0, 119, 120, 47 * 60, 48 * 60, 30 * 24 * 60].map((minutes) => formatAge(minutes * 60_000)),
    ['0 min', '119 min', '2 h', '47 h', '2 days', '30 days'],
  );
  fc.assert(
    fc.property(fc.integer({ min: 60_000, max: 1e11 }), (ageMs) => {
      const read = parseAge(formatAge(ageMs));
      assert.ok(read !== undefined && Math.abs(read - ageMs) <= ageMs / 2);
    }),
  );
});
