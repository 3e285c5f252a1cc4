// A part of `npm run test:collect`: the round trip of three arrays.
import assert from 'node:assert/strict';
import { test } from 'node:test';
import { arrays } from './collect/arrays.ts';
import { tryRoundTrip } from './collect/round-trip.ts';
import { openLabProject } from './rig/lab.ts';

// The first lab builds the images.
const timeout = 900_000;

for (const name of ['as people have it', 'stray single chunks', 'a missing member']) {
  test(`what is collected of an array is the array: ${name}`, { timeout }, async () => {
    await using lab = await openLabProject();
    assert.deepEqual(await tryRoundTrip(lab, arrays[name] ?? assert.fail(name)), []);
  });
}
