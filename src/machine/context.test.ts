import assert from 'node:assert/strict';
import { test } from 'node:test';
import { setImmediate as everythingElse } from 'node:timers/promises';
import { createTestContext, failureOf } from './fixtures/scripted-peer.ts';
import { armLimit, createContext, steadyContext, whenAborted, withDeadline } from './context.ts';
import { createTimeFactor } from './time-factor.ts';

test('a context ends by its own deadline with what it waited for and what was seen last', async () => {
  let seen = 'nothing yet';
  using limited = withDeadline(createTestContext(), 'the moon', 20, () => seen);
  seen = 'a cloud';
  using aborted = whenAborted(limited.signal);
  assert.deepEqual(await failureOf(aborted.promise), {
    area: 'host',
    reason: 'wait-timed-out',
    waitingFor: 'the moon',
    limit: { usualMs: 20, factor: 1 },
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

test('a disposed context neither times out nor follows', (t) => {
  t.mock.timers.enable({ apis: ['setTimeout'] });
  const ctx = createTestContext();
  const limited = withDeadline(ctx, 'a', 10);
  limited[Symbol.dispose]();
  t.mock.timers.tick(30);
  ctx.abort(new Error('later'));
  assert.equal(limited.signal.aborted, false);
});

test('who stopped listening to an abort is not told', async () => {
  const ctx = createTestContext();
  const aborted = whenAborted(ctx.signal);
  aborted[Symbol.dispose]();
  ctx.abort(new Error('later'));
  assert.equal(await Promise.race([aborted.promise, everythingElse('silence')]), 'silence');
});

test('an abort that nobody waits for is no unhandled rejection', async () => {
  const ctx = createTestContext();
  const before = whenAborted(ctx.signal);
  ctx.abort(new Error('now'));
  const after = whenAborted(ctx.signal);
  await everythingElse();
  for (const each of [before, after]) each[Symbol.dispose]();
});

test('the context of a run has no deadline, and does nothing with events unless told', () => {
  const ctx = createContext();
  assert.deepEqual([ctx.signal.aborted], [false]);
  ctx.emit({ type: 'remark-made', text: 'unheard' });
});

test('a limit is as many times as long as its context says, and tells both', async () => {
  const ctx = createContext({ timeFactor: createTimeFactor(3) });
  const startedMs = performance.now();
  const passed = Promise.withResolvers<unknown>();
  armLimit(ctx, 20, passed.resolve);
  assert.deepEqual(await passed.promise, { usualMs: 20, factor: 3 });
  assert.ok(performance.now() - startedMs >= 55);
});

test('a host that turns out to be slow while something is waited for makes that wait longer, too', async () => {
  const ctx = createContext();
  const passed = Promise.withResolvers<unknown>();
  armLimit(ctx, 20, passed.resolve);
  ctx.timeFactor.raise(4);
  assert.deepEqual(await passed.promise, { usualMs: 20, factor: 4 });
});

test('a limit without end, or one that was disposed, never passes', (t) => {
  t.mock.timers.enable({ apis: ['setTimeout'] });
  const ctx = createContext();
  let passed = 0;
  armLimit(ctx, Number.POSITIVE_INFINITY, () => (passed += 1));
  armLimit(ctx, 5, () => (passed += 1))[Symbol.dispose]();
  t.mock.timers.tick(1e9);
  assert.equal(passed, 0);
});

test('a context for cleaning up outlives the one it is made from, and is as patient', () => {
  const ctx = createContext({ signal: AbortSignal.abort(new Error('interrupted')), timeFactor: createTimeFactor(2) });
  const steady = steadyContext(ctx);
  assert.equal(steady.signal.aborted, false);
  assert.equal(steady.timeFactor.value(), 2);
});
