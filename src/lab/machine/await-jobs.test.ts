import assert from 'node:assert/strict';
import { test } from 'node:test';
import { createScriptedMachine } from '../../machine/fixtures/scripted-machine.ts';
import type { Answer } from '../../machine/fixtures/scripted-machine.ts';
import { createTestContext } from '../../machine/fixtures/scripted-peer.ts';
import { awaitJobs } from './await-jobs.ts';

const waiting = [
  '201 dev-disk-by\\x2dlabel-storage.device start running',
  '200 storage.mount                          start waiting',
  '',
].join('\n');

async function waitWith(answers: readonly Answer[], stillMs?: number): Promise<readonly string[]> {
  let asked = 0;
  await using machine = createScriptedMachine([() => answers[Math.min(asked++, answers.length - 1)]]);
  const units = await awaitJobs(createTestContext(), machine, stillMs);
  assert.ok(asked >= answers.length);
  return units;
}

test('systemd is waited for until it has no job left', async () => {
  assert.deepEqual(await waitWith([{ stdout: waiting }, {}]), []);
});

test('a systemctl that does not answer is nobody to wait for', async () => {
  assert.deepEqual(await waitWith([{ exitCode: 1, stderr: 'Failed to connect to bus' }]), []);
});

test('when nothing changes any more, what it still waits for is given', async () => {
  assert.deepEqual(await waitWith([{ stdout: waiting }, { stdout: waiting }], 500), ['dev-disk-by\\x2dlabel-storage.device']);
});
