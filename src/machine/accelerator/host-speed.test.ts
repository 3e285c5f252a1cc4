import assert from 'node:assert/strict';
import { test } from 'node:test';
import { createTestContext } from '../fixtures/scripted-peer.ts';
import { learnHostSpeed } from './host-speed.ts';

test('a host that is as fast as usual, or not much slower, leaves limits as they are', () => {
  const ctx = createTestContext();
  for (const tookMs of [400, 3500, 4000]) learnHostSpeed(ctx, 'probe', tookMs);
  assert.equal(ctx.timeFactor.value(), 1);
  assert.deepEqual(ctx.events, []);
});

test('a slow host makes limits longer, says by how much and why, and never makes them shorter again', () => {
  const ctx = createTestContext();
  learnHostSpeed(ctx, 'probe', 11_200);
  learnHostSpeed(ctx, 'boot', 6000);
  assert.equal(ctx.timeFactor.value(), 3.2);
  const because = 'the boot of the probe took 11.2 s; usually it takes at most 3.5 s';
  assert.deepEqual(ctx.events, [{ type: 'time-factor-raised', factor: 3.2, because }]);
  learnHostSpeed(ctx, 'boot', 90_000);
  assert.equal(ctx.timeFactor.value(), 7.5);
});

test('a host that stands still does not make limits endless', () => {
  const ctx = createTestContext();
  learnHostSpeed(ctx, 'fork', 3_600_000);
  assert.equal(ctx.timeFactor.value(), 100);
});
