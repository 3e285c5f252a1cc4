import assert from 'node:assert/strict';
import { test } from 'node:test';
import fc from 'fast-check';
import { pickEvictions } from './pick-evictions.ts';
import type { Evictable } from './pick-evictions.ts';

const entries = fc.uniqueArray(
  fc.record({
    name: fc.string({ minLength: 1, maxLength: 4 }),
    allocatedBytes: fc.nat(100),
    lastUsedMs: fc.nat(50),
    isHeld: fc.boolean(),
  }),
  { selector: (entry) => entry.name, maxLength: 12 },
);
const bounds = fc.record({ maxBytes: fc.nat(600), maxAgeMs: fc.nat(60) });
const now = fc.record({ nowMs: fc.integer({ min: 0, max: 100 }), otherBytes: fc.nat(100) });

const bytesOf = (some: readonly Evictable[]): number => some.reduce((sum, entry) => sum + entry.allocatedBytes, 0);

test('what is held stays; the rest fits the bound, or nothing else is left; nothing that is left is too old', () => {
  fc.assert(
    fc.property(entries, bounds, now, (all, bound, at) => {
      const evicted = pickEvictions(all, bound, at).map(({ entry }) => entry);
      const kept = all.filter((entry) => !evicted.includes(entry));
      assert.equal(new Set(evicted).size, evicted.length);
      assert.ok(evicted.every((entry) => !entry.isHeld));
      assert.ok(bytesOf(kept) + at.otherBytes <= bound.maxBytes || kept.every((entry) => entry.isHeld));
      assert.ok(kept.every((entry) => entry.isHeld || at.nowMs - entry.lastUsedMs <= bound.maxAgeMs));
    }),
  );
});

test('no more goes than must: with the last that went for its size the bound would be exceeded', () => {
  fc.assert(
    fc.property(entries, bounds, now, (all, bound, at) => {
      const evictions = pickEvictions(all, bound, at);
      const last = evictions.findLast(({ because }) => because === 'size')?.entry;
      if (last === undefined) return;
      const kept = all.filter((entry) => entry === last || evictions.every((eviction) => eviction.entry !== entry));
      assert.ok(bytesOf(kept) + at.otherBytes > bound.maxBytes);
    }),
  );
});

test('what was used less recently goes first', () => {
  fc.assert(
    fc.property(entries, bounds, now, (all, bound, at) => {
      const evicted = pickEvictions(all, bound, at).map(({ entry }) => entry);
      const kept = all.filter((entry) => !entry.isHeld && !evicted.includes(entry));
      for (const gone of evicted) for (const stays of kept) assert.ok(gone.lastUsedMs <= stays.lastUsedMs);
    }),
  );
});

test('the order in which entries are listed does not matter', () => {
  fc.assert(
    fc.property(entries, bounds, now, (all, bound, at) => {
      assert.deepEqual(pickEvictions([...all].reverse(), bound, at), pickEvictions(all, bound, at));
    }),
  );
});

test('age is named before size: an entry that nobody has used for a month would have gone anyway', () => {
  const all = [
    { name: 'a', allocatedBytes: 10, lastUsedMs: 0, isHeld: false },
    { name: 'b', allocatedBytes: 10, lastUsedMs: 90, isHeld: false },
    { name: 'c', allocatedBytes: 10, lastUsedMs: 95, isHeld: true },
    { name: 'd', allocatedBytes: 5, lastUsedMs: 99, isHeld: false },
  ];
  const picked = pickEvictions(all, { maxBytes: 15, maxAgeMs: 50 }, { nowMs: 100, otherBytes: 0 });
  assert.deepEqual(
    picked.map(({ entry, because }) => `${entry.name} ${because}`),
    ['a age', 'b size'],
  );
});
