import assert from 'node:assert/strict';
import { performance } from 'node:perf_hooks';
import { test } from 'node:test';
import { createTestContext } from '../../machine/fixtures/scripted-peer.ts';
import { watchFor } from './watch-for.ts';

const ctx = createTestContext();

test('a watch ends with the look that sees it', async () => {
  const looks = ['asleep', 'awake', 'never asked'];
  const watched = await watchFor(ctx, { waitingFor: 'it to wake', withinMs: 30_000 }, performance.now(), async () => {
    const lastSeen = looks.shift() ?? '';
    return Promise.resolve({ done: lastSeen === 'awake', lastSeen });
  });
  assert.equal(watched.happened, true);
  assert.equal(watched.last.lastSeen, 'awake');
  assert.ok(watched.afterMs < 30_000);
  assert.deepEqual(looks, ['never asked']);
});

test('a watch whose time is up tells what it saw last, and rejects with nothing', async () => {
  const watched = await watchFor(ctx, { waitingFor: 'nothing', withinMs: 1 }, performance.now() - 10, async () =>
    Promise.resolve({ done: false, lastSeen: 'asleep' }),
  );
  assert.equal(watched.happened, false);
  assert.equal(watched.last.lastSeen, 'asleep');
  assert.ok(watched.afterMs >= 10);
});

test('what comes to pass after its time did not come to pass in time', async () => {
  const watched = await watchFor(ctx, { waitingFor: 'it to wake', withinMs: 1 }, performance.now() - 10, async () =>
    Promise.resolve({ done: true, lastSeen: 'awake' }),
  );
  assert.equal(watched.happened, false);
});

test('a look that fails ends the watch with its error', async () => {
  await assert.rejects(
    watchFor(ctx, { waitingFor: 'it to wake', withinMs: 30_000 }, performance.now(), async () => Promise.reject(new Error('gone'))),
    /gone/u,
  );
});
