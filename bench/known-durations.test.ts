import assert from 'node:assert/strict';
import { readFileSync } from 'node:fs';
import { test } from 'node:test';
import { promisingDrills } from '../src/drills/registry.ts';
import { knownSeconds } from '../src/core/campaign/known-durations.ts';
import { readResults } from './catalogue-results.ts';
import { knownDurationsModule } from './known-durations.ts';

test('the known durations are those of the measured catalogue', async () => {
  const written = readFileSync(new URL('../src/core/campaign/known-durations.ts', import.meta.url), 'utf8');
  assert.equal(written, await knownDurationsModule(readResults().runs), 'npm run bench:catalogue -- --tables writes them');
});

test('every duration is that of a drill or a twin', () => {
  const names = promisingDrills().flatMap(({ name }) => [name, `${name}-twin`]);
  for (const name of Object.keys(knownSeconds)) assert.ok(names.includes(name), name);
});
