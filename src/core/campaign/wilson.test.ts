import assert from 'node:assert/strict';
import { test } from 'node:test';
import fc from 'fast-check';
import { wilsonInterval } from './wilson.ts';

/** As the formula gives them in another program; R's `prop.test(x, n, correct = FALSE)` is the same. */
for (const [seen, of, from, to] of [
  [0, 3, 0, 0.5615],
  [0, 30, 0, 0.1135],
  [7, 90, 0.0382, 0.1519],
  [1, 46, 0.0038, 0.1134],
  [10, 10, 0.7225, 1],
  [0, 0, 0, 1],
] as const) {
  test(`${String(seen)} of ${String(of)}`, () => {
    const interval = wilsonInterval({ seen, of });
    assert.ok(Math.abs(interval.from - from) < 1e-4 && Math.abs(interval.to - to) < 1e-4, JSON.stringify(interval));
  });
}

test('the interval holds the rate, and is narrower the more was run', () => {
  fc.assert(
    fc.property(fc.integer({ min: 1, max: 500 }), fc.double({ min: 0, max: 1, noNaN: true }), (of, part) => {
      const seen = Math.round(of * part);
      const { from, to } = wilsonInterval({ seen, of });
      assert.ok(from >= 0 && to <= 1 && from <= seen / of && seen / of <= to);
      const more = wilsonInterval({ seen: seen * 10, of: of * 10 });
      assert.ok(more.to - more.from < to - from);
    }),
  );
});
