import assert from 'node:assert/strict';
import { performance } from 'node:perf_hooks';
import { test } from 'node:test';
import { createContext } from '../../machine/context.ts';
import { createTestContext } from '../../machine/fixtures/scripted-peer.ts';
import { createTimeFactor } from '../../machine/time-factor.ts';
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

test('on a slow host more counts as in time, and the watch says so', async () => {
  const slow = createContext({ timeFactor: createTimeFactor(3) });
  const look = () => Promise.resolve({ done: true, lastSeen: 'awake' });
  const late = await watchFor(slow, { waitingFor: 'it to wake', withinMs: 60_000 }, performance.now() - 100_000, look);
  assert.equal(late.happened, true);
  assert.deepEqual(late.stretched, ['this host is slow: here 180 s (60 s × 3) count as 60 s']);
  const tooLate = await watchFor(slow, { waitingFor: 'it to wake', withinMs: 60_000 }, performance.now() - 200_000, look);
  assert.equal(tooLate.happened, false);
  assert.deepEqual((await watchFor(ctx, { waitingFor: 'it to wake', withinMs: 60_000 }, performance.now(), look)).stretched, []);
});
