import assert from 'node:assert/strict';
import { test } from 'node:test';
import { openScriptedAgent } from '../fixtures/scripted-agent.ts';
import { failureOf } from '../fixtures/scripted-peer.ts';
import { createPatientGuest } from './patient-guest.ts';

test('a command waits until the agent has begun', async () => {
  await using scripted = await openScriptedAgent();
  const running = createPatientGuest(scripted.guest, scripted.agent).run(scripted.ctx, ['true']);
  await scripted.exchange();
  assert.equal(scripted.ctx.events.filter(({ type }) => type === 'command-started').length, 0);
  scripted.say('ready');
  const [, id = '', ...words] = await scripted.next();
  assert.deepEqual(words, ['', 'true']);
  scripted.say(`started ${id} 42`);
  scripted.say(`ended ${id} 0`);
  assert.equal((await running).exitCode, 0);
});

test('a command waits for the agent no longer than its own limit', async () => {
  await using scripted = await openScriptedAgent();
  const guest = createPatientGuest(scripted.guest, scripted.agent);
  const failure = await failureOf(guest.run(scripted.ctx, ['true'], { timeoutMs: 20 }));
  assert.ok(failure.reason === 'agent-silent');
  assert.equal(failure.waitingFor, 'the guest agent to begin');
  assert.equal(failure.limit.usualMs, 20);
});
