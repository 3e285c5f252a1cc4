import assert from 'node:assert/strict';
import { test } from 'node:test';
import fc from 'fast-check';
import { Ring, ringOfLines } from './ring.ts';

test('a ring never holds more than its bound, and what it holds is the end of what came', () => {
  const bounds = fc.record({ items: fc.nat({ max: 20 }), weight: fc.nat({ max: 200 }) });
  fc.assert(
    fc.property(bounds, fc.array(fc.string({ maxLength: 60 }), { maxLength: 120 }), (bound, lines) => {
      const ring = ringOfLines(bound);
      lines.forEach((line, index) => {
        ring.add(line);
        const { items, dropped } = ring.kept();
        assert.ok(items.length <= bound.items);
        assert.ok(items.join('').length <= bound.weight);
        assert.deepEqual(items, lines.slice(dropped, index + 1));
        assert.equal(ring.last, items.at(-1));
      });
    }),
  );
});

test('it drops no more than it must', () => {
  const ring = ringOfLines({ items: 3, weight: 10 });
  for (const line of ['aaaa', 'bbbb', 'cc']) ring.add(line);
  assert.deepEqual(ring.kept(), { items: ['aaaa', 'bbbb', 'cc'], dropped: 0 });
  ring.add('d');
  assert.deepEqual(ring.kept(), { items: ['bbbb', 'cc', 'd'], dropped: 1 });
});

test('what is heavier than the whole ring goes, and takes the others with it', () => {
  const ring = new Ring<Uint8Array>({ items: 10, weight: 4 }, (bytes) => bytes.length);
  ring.add(new Uint8Array(2));
  ring.add(new Uint8Array(5));
  assert.deepEqual(ring.kept(), { items: [], dropped: 2 });
});

test('a ring whose content was taken begins anew, and has room again', () => {
  const ring = ringOfLines({ items: 2, weight: 100 });
  for (const line of ['a', 'b', 'c']) ring.add(line);
  assert.deepEqual(ring.take(), { items: ['b', 'c'], dropped: 1 });
  assert.deepEqual(ring.take(), { items: [], dropped: 0 });
  for (const line of ['d', 'e']) ring.add(line);
  assert.deepEqual(ring.kept(), { items: ['d', 'e'], dropped: 0 });
});
