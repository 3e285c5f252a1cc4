import assert from 'node:assert/strict';
import { test } from 'node:test';
import fc from 'fast-check';
import { adjustForMany, fisherExact } from './fisher-exact.ts';

/** The first two are in every textbook (Fisher's lady tasting tea is the second); the others were counted in fractions, by another program. */
for (const [a, ofA, b, ofB, expected] of [
  [1, 10, 11, 14, 0.002759456],
  [3, 4, 1, 4, 0.4857143],
  [7, 90, 0, 90, 0.0138434],
  [10, 10, 0, 10, 1.082509e-5],
  [0, 3, 0, 30, 1],
  [0, 0, 5, 9, 1],
  [12, 30, 0, 3, 0.2840909],
] as const) {
  test(`${String(a)} of ${String(ofA)} against ${String(b)} of ${String(ofB)}`, () => {
    const odds = fisherExact({ seen: a, of: ofA }, { seen: b, of: ofB });
    assert.ok(Math.abs(odds - expected) <= 5e-4 * Math.max(expected, 1e-3), String(odds));
  });
}

function choose(n: number, k: number): bigint {
  let ways = 1n;
  for (let i = 0; i < k; i += 1) ways = (ways * BigInt(n - i)) / BigInt(i + 1);
  return ways;
}

const share = fc.integer({ min: 0, max: 25 }).chain((of) => fc.record({ seen: fc.integer({ min: 0, max: of }), of: fc.constant(of) }));

test('it is what counting all tables in whole numbers gives', () => {
  fc.assert(
    fc.property(share, share, (one, other) => {
      const seen = one.seen + other.seen;
      const waysOf = (inOne: number): bigint => choose(one.of, inOne) * choose(other.of, seen - inOne);
      const own = waysOf(one.seen);
      let ways = 0n;
      let all = 0n;
      for (let inOne = Math.max(0, seen - other.of); inOne <= Math.min(seen, one.of); inOne += 1) {
        all += waysOf(inOne);
        if (waysOf(inOne) <= own) ways += waysOf(inOne);
      }
      assert.ok(Math.abs(fisherExact(one, other) - Number(ways) / Number(all)) < 1e-6);
    }),
  );
});

test('it does not matter which comes first, and whether one counts what was seen or what was not', () => {
  fc.assert(
    fc.property(share, share, (one, other) => {
      const odds = fisherExact(one, other);
      const near = (again: number): boolean => Math.abs(odds - again) < 1e-6;
      assert.ok(odds > 0 && odds <= 1);
      assert.ok(near(fisherExact(other, one)));
      assert.ok(near(fisherExact({ seen: one.of - one.seen, of: one.of }, { seen: other.of - other.seen, of: other.of })));
    }),
  );
});

test('odds are adjusted for how many there are, as by R: p.adjust(c(0.01, 0.04, 0.03, 0.005), "holm")', () => {
  const adjusted = adjustForMany([0.01, 0.04, 0.03, 0.005]).map((each) => Math.round(each * 1e6) / 1e6);
  assert.deepEqual(adjusted, [0.03, 0.06, 0.06, 0.02]);
  assert.deepEqual(adjustForMany([]), []);
  assert.deepEqual(adjustForMany([0.9, 0.8]), [1, 1]);
});
