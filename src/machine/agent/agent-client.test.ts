import assert from 'node:assert/strict';
import { test } from 'node:test';
import { setTimeout as delay } from 'node:timers/promises';
import { createTestContext, failureOf, openScriptedPeer } from '../fixtures/scripted-peer.ts';
import type { ScriptedPeer } from '../fixtures/scripted-peer.ts';
import { beginMachineLife } from '../machine-life.ts';
import { connectAgent } from './agent-client.ts';

async function connect(peer: ScriptedPeer, timeoutMs = 2000) {
  const ctx = createTestContext();
  const life = beginMachineLife('main');
  const agent = peer.owns(await connectAgent(ctx, life, { socketHostPath: peer.socketHostPath, timeoutMs }));
  return { ctx, life, agent };
}

/** Answers guest-sync-delimited as qga/main.c does: the sentinel byte, then the reply. */
async function answerSync(peer: ScriptedPeer): Promise<void> {
  const { execute, arguments: args, id } = await peer.next();
  assert.equal(execute, 'guest-sync-delimited');
  peer.sayRaw(Buffer.concat([Buffer.from([0xff]), Buffer.from(`${JSON.stringify({ return: args?.id, id })}\n`)]));
}

test('what an earlier user of the port left is ignored until the agent is in step', async () => {
  await using peer = await openScriptedPeer();
  const { ctx, agent } = await connect(peer);
  peer.sayRaw('{"return": {"pid": 7}, "id": 1}\n{"ret');
  const synced = agent.sync(ctx);
  await answerSync(peer);
  await synced;
  const ping = agent.execute(ctx, 'guest-ping');
  peer.say({ return: {}, id: (await peer.next()).id });
  assert.deepEqual(await ping, {});
});

test('garbage after that ends the machine', async () => {
  await using peer = await openScriptedPeer();
  const { ctx, agent } = await connect(peer);
  const synced = agent.sync(ctx);
  await answerSync(peer);
  await synced;
  const ping = agent.execute(ctx, 'guest-ping');
  peer.sayRaw('login: \n');
  const failure = await failureOf(ping);
  assert.equal(failure.reason === 'protocol-broken' && failure.peer, 'guest agent');
});

test('a command is not sent before the one before it was answered', async () => {
  await using peer = await openScriptedPeer();
  const { ctx, agent } = await connect(peer);
  const synced = agent.sync(ctx);
  const ping = agent.execute(ctx, 'guest-ping');
  await delay(50);
  assert.equal(peer.waiting().length, 1);
  await answerSync(peer);
  await synced;
  peer.say({ return: {}, id: (await peer.next()).id });
  await ping;
});

test('an agent that does not answer is silent, and the next command is tried all the same', async () => {
  await using peer = await openScriptedPeer();
  const { ctx, agent } = await connect(peer, 100);
  const synced = agent.sync(ctx);
  await answerSync(peer);
  await synced;
  const failure = await failureOf(agent.execute(ctx, 'guest-exec-status', { pid: 5 }));
  assert.ok(failure.reason === 'agent-silent');
  assert.equal(failure.waitingFor, 'the reply to guest-exec-status');
  const late = await peer.next();
  const ping = agent.execute(ctx, 'guest-ping');
  peer.say({ return: { exited: false }, id: late.id });
  peer.say({ return: {}, id: (await peer.next()).id });
  await ping;
});

test('whoever waits for a turn stops waiting when the context ends', async () => {
  await using peer = await openScriptedPeer();
  const { ctx, agent } = await connect(peer);
  const synced = agent.sync(ctx);
  const interrupted = createTestContext();
  const ping = agent.execute(interrupted, 'guest-ping');
  interrupted.abort(new Error('interrupted'));
  await assert.rejects(ping, /interrupted/);
  await answerSync(peer);
  await synced;
  assert.deepEqual(peer.waiting(), []);
});

test('an error reply is the failure of its command', async () => {
  await using peer = await openScriptedPeer();
  const { ctx, agent } = await connect(peer);
  const synced = agent.sync(ctx);
  await answerSync(peer);
  await synced;
  const pending = agent.execute(ctx, 'guest-exec-status', { pid: 9 });
  peer.say({ error: { class: 'GenericError', desc: 'PID 9 does not exist' }, id: (await peer.next()).id });
  const failure = await failureOf(pending);
  assert.equal(failure.reason === 'agent-error' && failure.said, 'PID 9 does not exist');
});
