import assert from 'node:assert/strict';
import { test } from 'node:test';
import { createScriptedMachine } from '../../machine/fixtures/scripted-machine.ts';
import type { Answer } from '../../machine/fixtures/scripted-machine.ts';
import { createTestContext } from '../../machine/fixtures/scripted-peer.ts';
import { createTimeFactor } from '../../machine/time-factor.ts';
import { awaitJobs } from './await-jobs.ts';

const waiting = [
  '201 dev-disk-by\\x2dlabel-storage.device start running',
  '200 storage.mount                          start waiting',
  '',
].join('\n');

async function remarksOf(answers: readonly Answer[], factor = 1): Promise<readonly string[]> {
  const ctx = { ...createTestContext(), timeFactor: createTimeFactor(factor) };
  let asked = 0;
  await using machine = createScriptedMachine([() => answers[Math.min(asked++, answers.length - 1)]]);
  await awaitJobs(ctx, machine);
  assert.ok(asked >= answers.length);
  return ctx.events.flatMap((event) => (event.type === 'remark-made' ? [event.text] : []));
}

test('systemd is waited for until it has no job left', async () => {
  assert.deepEqual(await remarksOf([{ stdout: waiting }, {}]), []);
});

test('a systemctl that does not answer is nobody to wait for', async () => {
  assert.deepEqual(await remarksOf([{ exitCode: 1, stderr: 'Failed to connect to bus' }]), []);
});

test('what it still waits for at the limit is said', async () => {
  // A limit of no length.
  assert.deepEqual(await remarksOf([{ stdout: waiting }], 0), [
    'systemd is not done: it still waits for dev-disk-by\\x2dlabel-storage.device.',
  ]);
});
