import assert from 'node:assert/strict';
import { performance } from 'node:perf_hooks';
import { test } from 'node:test';
import { createTestContext, failureOf } from './fixtures/scripted-peer.ts';
import { waitUntil } from './wait-until.ts';

const options = { waitingFor: 'the replace to be under way', timeoutMs: 5000, intervalMs: 1 };

test('it looks until done', async () => {
  let looks = 0;
  await waitUntil(createTestContext(), options, () => {
    looks += 1;
    return Promise.resolve({ done: looks === 3, lastSeen: String(looks) });
  });
  assert.equal(looks, 3);
});

test('it gives up with the name of the wait and what was seen last', async () => {
  const failure = await failureOf(
    waitUntil(createTestContext(), { ...options, timeoutMs: 30 }, () => Promise.resolve({ done: false, lastSeen: '12.5 %' })),
  );
  assert.deepEqual(failure, {
    area: 'host',
    reason: 'wait-timed-out',
    waitingFor: options.waitingFor,
    limit: { usualMs: 30, factor: 1 },
    lastSeen: '12.5 %',
  });
});

test('a look that never comes back does not outlast the deadline', { timeout: 5000 }, async () => {
  const failure = await failureOf(waitUntil(createTestContext(), { ...options, timeoutMs: 30 }, () => new Promise(() => undefined)));
  assert.ok(failure.reason === 'wait-timed-out');
  assert.equal(failure.lastSeen, 'nothing');
});

test('a look that rejects ends the wait with its own error: the machine is dead', async () => {
  const dead = new Error('kernel of main: Oops');
  await assert.rejects(
    waitUntil(createTestContext(), options, () => Promise.reject(dead)),
    dead,
  );
});

test('an interruption ends the wait at once, between two looks as well as during one', async () => {
  for (const look of [() => Promise.resolve({ done: false, lastSeen: '' }), () => new Promise<never>(() => undefined)]) {
    const ctx = createTestContext();
    const reason = new Error('interrupted');
    const startedMs = performance.now();
    const waiting = waitUntil(ctx, { ...options, intervalMs: 60_000, timeoutMs: 60_000 }, look);
    setTimeout(() => {
      ctx.abort(reason);
    }, 5);
    await assert.rejects(waiting, reason);
    assert.ok(performance.now() - startedMs < 2000);
  }
});
