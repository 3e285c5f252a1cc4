import assert from 'node:assert/strict';
import { test } from 'node:test';
import { setTimeout as delay } from 'node:timers/promises';
import { createTestContext, failureOf } from './fixtures/scripted-peer.ts';
import { createContext, whenAborted, withDeadline } from './context.ts';

test('a context ends by its own deadline with what it waited for and what was seen last', async () => {
  let seen = 'nothing yet';
  using limited = withDeadline(createTestContext(), 'the moon', 20, () => seen);
  seen = 'a cloud';
  using aborted = whenAborted(limited.signal);
  assert.deepEqual(await failureOf(aborted.promise), {
    area: 'host',
    reason: 'wait-timed-out',
    waitingFor: 'the moon',
    timeoutMs: 20,
    lastSeen: 'a cloud',
  });
});

test('the end of a context ends those made from it, for the same reason, also when it came before', () => {
  const ctx = createTestContext();
  const reason = new Error('interrupted');
  using before = withDeadline(ctx, 'a', 60_000);
  using inner = withDeadline(before, 'b', 60_000);
  ctx.abort(reason);
  using late = withDeadline(ctx, 'c', 60_000);
  for (const { signal } of [before, inner, late]) assert.equal(signal.reason, reason);
});

test('a disposed context neither times out nor follows', async () => {
  const ctx = createTestContext();
  const limited = withDeadline(ctx, 'a', 10);
  limited[Symbol.dispose]();
  await delay(30);
  ctx.abort(new Error('later'));
  assert.equal(limited.signal.aborted, false);
});

test('who stopped listening to an abort is not told', async () => {
  const ctx = createTestContext();
  const aborted = whenAborted(ctx.signal);
  aborted[Symbol.dispose]();
  ctx.abort(new Error('later'));
  assert.equal(await Promise.race([aborted.promise, delay(10, 'silence')]), 'silence');
});

test('an abort that nobody waits for is no unhandled rejection', async () => {
  const ctx = createTestContext();
  const before = whenAborted(ctx.signal);
  ctx.abort(new Error('now'));
  const after = whenAborted(ctx.signal);
  await delay(1);
  for (const each of [before, after]) each[Symbol.dispose]();
});

test('the context of a run has no deadline, and does nothing with events unless told', () => {
  const ctx = createContext();
  assert.deepEqual([ctx.signal.aborted], [false]);
  ctx.emit({ type: 'remark-made', text: 'unheard' });
});
