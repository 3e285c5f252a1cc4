import assert from 'node:assert/strict';
import { test } from 'node:test';
import fc from 'fast-check';
import { scaleDisks } from './scale.ts';

const gibibyte = 1024 ** 3;

test('disks are scaled to the smallest, and keep their ratio', () => {
  assert.deepEqual(scaleDisks([4000 * gibibyte, 8000 * gibibyte], gibibyte), {
    sizesBytes: [gibibyte, 2 * gibibyte],
    factor: 4000,
    isToScale: true,
  });
  assert.deepEqual(scaleDisks([0.5 * gibibyte, gibibyte], gibibyte), {
    sizesBytes: [0.5 * gibibyte, gibibyte],
    factor: 1,
    isToScale: true,
  });
  const { sizesBytes, isToScale } = scaleDisks([2 * gibibyte, 8192 * gibibyte], gibibyte);
  assert.deepEqual([sizesBytes, isToScale], [[gibibyte, 1024 * gibibyte], false]);
});

test('no disk is larger than its original or than a lab bears, and the order of sizes stays', () => {
  fc.assert(
    fc.property(fc.array(fc.integer({ min: 2 ** 28, max: 2 ** 46 }), { minLength: 1, maxLength: 15 }), (real) => {
      const { sizesBytes, factor } = scaleDisks(real, gibibyte);
      for (const [index, bytes] of sizesBytes.entries()) {
        assert.ok(bytes <= (real[index] ?? 0) && bytes <= 1024 * gibibyte, `${String(bytes)} of ${String(real[index])}`);
        for (const [other, otherBytes] of sizesBytes.entries()) if ((real[index] ?? 0) < (real[other] ?? 0)) assert.ok(bytes <= otherBytes);
      }
      assert.ok(factor >= 1);
    }),
  );
});
