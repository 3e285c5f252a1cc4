import assert from 'node:assert/strict';
import { test } from 'node:test';
import { knownSeconds } from '../src/core/campaign/known-durations.ts';
import { promisingDrills } from '../src/drills/registry.ts';

test('every known duration is that of a drill or a twin, a second at least', () => {
  const names = promisingDrills().flatMap(({ name }) => [name, `${name}-twin`]);
  for (const [name, seconds] of Object.entries(knownSeconds)) {
    assert.ok(names.includes(name), name);
    assert.ok(Number.isInteger(seconds) && seconds >= 1, name);
  }
});
