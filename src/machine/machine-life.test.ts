import assert from 'node:assert/strict';
import { test } from 'node:test';
import type { Failure } from '../core/failure/failure.ts';
import { createTestContext, failureOf } from './fixtures/scripted-peer.ts';
import { beginMachineLife } from './machine-life.ts';

const never = new Promise<never>(() => undefined);
const killed = { state: 'ended', how: 'killed by SIGKILL', said: 'Killed' } as const;

test('a wait on a living machine settles as its work does', async () => {
  const life = beginMachineLife('main');
  assert.equal(await life.guard(createTestContext(), { waitingFor: 'x' }, Promise.resolve(7)), 7);
  await assert.rejects(life.guard(createTestContext(), { waitingFor: 'x' }, Promise.reject(new Error('its own'))), /its own/);
});

test('every wait ends with the machine, and names what it waited for', async () => {
  const life = beginMachineLife('main');
  const waits = ['one', 'two'].map((waitingFor) => failureOf(life.guard(createTestContext(), { waitingFor }, never)));
  life.declareEnd(killed);
  const failures = await Promise.all(waits);
  assert.deepEqual(failures, [
    { area: 'machine', reason: 'qemu-ended', machine: 'main', how: 'killed by SIGKILL', waitingFor: 'one', said: 'Killed' },
    { area: 'machine', reason: 'qemu-ended', machine: 'main', how: 'killed by SIGKILL', waitingFor: 'two', said: 'Killed' },
  ]);
});

test('a wait begun after the end does not wait', async () => {
  const life = beginMachineLife('main');
  life.declareEnd(killed);
  assert.equal((await failureOf(life.guard(createTestContext(), { waitingFor: 'x' }, never))).reason, 'qemu-ended');
});

test('what has already come is given even when the machine has ended since', async () => {
  const life = beginMachineLife('main');
  life.declareEnd(killed);
  assert.equal(await life.guard(createTestContext(), { waitingFor: 'x' }, Promise.resolve('reply')), 'reply');
});

test('the first end declared stays', async () => {
  const life = beginMachineLife('main');
  life.declareEnd({ state: 'failed', error: new Error('first') });
  life.declareEnd(killed);
  assert.equal((await life.ended).state, 'failed');
  await assert.rejects(life.guard(createTestContext(), { waitingFor: 'x' }, never), /first/);
});

test('a limit gives its own failure, a context its own reason', async () => {
  const life = beginMachineLife('main');
  const failure: Failure = {
    area: 'machine',
    reason: 'boot-timed-out',
    machine: 'main',
    limit: { usualMs: 10, factor: 1 },
    lastConsoleLine: 'x',
  };
  const limit = { timeoutMs: 10, failure: () => failure };
  assert.deepEqual(await failureOf(life.guard(createTestContext(), { waitingFor: 'x', limit }, never)), failure);
  const ctx = createTestContext();
  const waiting = life.guard(ctx, { waitingFor: 'x' }, never);
  ctx.abort(new Error('interrupted'));
  await assert.rejects(waiting, /interrupted/);
});
