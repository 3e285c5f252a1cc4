import assert from 'node:assert/strict';
import { readFile, stat } from 'node:fs/promises';
import { join } from 'node:path';
import { test } from 'node:test';
import { setImmediate as everythingElse } from 'node:timers/promises';
import type { Context } from '../context.ts';
import { createTestContext, failureOf, openScriptedPeer } from '../fixtures/scripted-peer.ts';
import type { ScriptedPeer } from '../fixtures/scripted-peer.ts';
import { beginMachineLife } from '../machine-life.ts';
import { connectQmp } from './qmp-client.ts';
import type { QmpClient } from './qmp-client.ts';

const greeting = { QMP: { version: { qemu: { major: 10, minor: 0, micro: 2 } }, capabilities: [] } };

function optionsFor(peer: ScriptedPeer, timeoutMs = 2000) {
  return { socketHostPath: peer.socketHostPath, transcriptHostPath: join(peer.directoryHostPath, 'qmp.ndjson'), timeoutMs };
}

async function connect(peer: ScriptedPeer, timeoutMs?: number) {
  const ctx = createTestContext();
  const life = beginMachineLife('main');
  const connecting = connectQmp(ctx, life, optionsFor(peer, timeoutMs));
  peer.say(greeting);
  const { id } = await peer.next();
  peer.say({ return: {}, id });
  return { ctx, life, qmp: peer.owns(await connecting) };
}

/** Has a command answered: what was said before has been heard. */
async function exchange(ctx: Context, peer: ScriptedPeer, qmp: QmpClient): Promise<void> {
  const pending = qmp.execute(ctx, 'query-status');
  peer.say({ return: { running: true, status: 'running' }, id: (await peer.next()).id });
  await pending;
}

test('a command gets its own result, whatever order the replies come in', async () => {
  await using peer = await openScriptedPeer();
  const { ctx, qmp } = await connect(peer);
  const status = qmp.execute(ctx, 'query-status');
  const added = qmp.execute(ctx, 'blockdev-del', { 'node-name': 'DISK1-file' });
  const [first, second] = [await peer.next(), await peer.next()];
  assert.deepEqual(second.arguments, { 'node-name': 'DISK1-file' });
  peer.say({ return: {}, id: second.id });
  peer.say({ return: { running: true, status: 'running' }, id: first.id });
  assert.deepEqual(await added, {});
  assert.deepEqual(await status, { running: true, status: 'running' });
});

test('the socket may appear late', async () => {
  await using peer = await openScriptedPeer(150);
  const { qmp } = await connect(peer);
  qmp[Symbol.dispose]();
});

test('a socket that never appears is a silent QEMU', async () => {
  await using peer = await openScriptedPeer(60_000);
  const failure = await failureOf(connectQmp(createTestContext(), beginMachineLife('main'), optionsFor(peer, 100)));
  assert.equal(failure.reason, 'qmp-silent');
});

test('capabilities that are refused are a QMP error', async () => {
  await using peer = await openScriptedPeer();
  const connecting = connectQmp(createTestContext(), beginMachineLife('main'), optionsFor(peer));
  peer.say(greeting);
  const { id } = await peer.next();
  peer.say({ error: { class: 'CommandNotFound', desc: 'no such thing' }, id });
  assert.deepEqual(await failureOf(connecting), {
    area: 'machine',
    reason: 'qmp-error',
    machine: 'main',
    command: 'qmp_capabilities',
    errorClass: 'CommandNotFound',
    said: 'no such thing',
  });
});

test('a greeting that never comes is named', async () => {
  await using peer = await openScriptedPeer();
  const failure = await failureOf(connectQmp(createTestContext(), beginMachineLife('main'), optionsFor(peer, 100)));
  assert.deepEqual(failure, {
    area: 'machine',
    reason: 'qmp-silent',
    machine: 'main',
    waitingFor: 'the greeting of QMP',
    limit: { usualMs: 100, factor: 1 },
    lastSeen: 'nothing',
  });
});

for (const [what, said] of Object.entries({ 'is not JSON': 'SeaBIOS (version 1.16)', 'is not QMP': '{"hello":1}', 'is a list': '[1]' })) {
  test(`a line that ${what} ends the machine's life`, async () => {
    await using peer = await openScriptedPeer();
    const { ctx, life, qmp } = await connect(peer);
    const pending = qmp.execute(ctx, 'query-status');
    peer.sayRaw(`${said}\n`);
    assert.deepEqual(await failureOf(pending), { area: 'machine', reason: 'protocol-broken', machine: 'main', peer: 'QEMU', said });
    assert.equal(life.end()?.state, 'failed');
  });
}

test('an error reply is the failure of its command', async () => {
  await using peer = await openScriptedPeer();
  const { ctx, qmp } = await connect(peer);
  const pending = qmp.execute(ctx, 'device_del', { id: 'DISK9' });
  const { id } = await peer.next();
  peer.say({ error: { class: 'DeviceNotFound', desc: "Device 'DISK9' not found" }, id });
  const failure = await failureOf(pending);
  assert.equal(failure.reason === 'qmp-error' && failure.errorClass, 'DeviceNotFound');
});

test('silence after a command is a failure that tells the last thing seen', async () => {
  await using peer = await openScriptedPeer();
  const { ctx, qmp } = await connect(peer, 150);
  peer.say({ event: 'RESUME', data: {} });
  const failure = await failureOf(qmp.execute(ctx, 'query-status'));
  assert.ok(failure.reason === 'qmp-silent');
  assert.equal(failure.waitingFor, 'the reply to query-status');
  assert.match(failure.lastSeen, /RESUME/);
});

test('a closed socket ends the machine within a second', async (t) => {
  await using peer = await openScriptedPeer();
  const { ctx, life, qmp } = await connect(peer, 10_000);
  const pending = qmp.execute(ctx, 'cont');
  await peer.next();
  t.mock.timers.enable({ apis: ['setTimeout'] });
  await peer.hangUp();
  await everythingElse();
  t.mock.timers.tick(999);
  assert.equal(life.end(), undefined);
  t.mock.timers.tick(1);
  const failure = await failureOf(pending);
  assert.ok(failure.reason === 'qemu-ended');
  assert.equal(failure.how, 'the connection to QEMU closed');
});

test("the end of QEMU's process has the first word when a socket closes", async () => {
  await using peer = await openScriptedPeer();
  const { ctx, life, qmp } = await connect(peer);
  const pending = qmp.execute(ctx, 'cont');
  await peer.next();
  await peer.hangUp();
  await everythingElse();
  life.declareEnd({ state: 'ended', how: 'killed by SIGKILL', said: '' });
  const failure = await failureOf(pending);
  assert.equal(failure.reason === 'qemu-ended' && failure.how, 'killed by SIGKILL');
});

test('an event that comes before the reply to its command is not missed', async () => {
  await using peer = await openScriptedPeer();
  const { ctx, qmp } = await connect(peer);
  using deleted = qmp.expectEvent('DEVICE_DELETED', ({ device }) => device === 'DISK1');
  const pending = qmp.execute(ctx, 'device_del', { id: 'DISK1' });
  const { id } = await peer.next();
  peer.say({ event: 'DEVICE_DELETED', data: { device: 'DISK1', path: '/machine/peripheral/DISK1' } });
  peer.say({ return: {}, id });
  await pending;
  await deleted.wait(ctx, 'DISK1 to go', 1000);
});

test('the event of another device is not taken for it', async (t) => {
  await using peer = await openScriptedPeer();
  const { ctx, qmp } = await connect(peer);
  t.mock.timers.enable({ apis: ['setTimeout'] });
  using deleted = qmp.expectEvent('DEVICE_DELETED', ({ device }) => device === 'DISK1');
  const waiting = failureOf(deleted.wait(ctx, 'DISK1 to go', 150));
  peer.say({ event: 'DEVICE_DELETED', data: { device: 'DISK2', path: '/machine/peripheral/DISK2' } });
  await exchange(ctx, peer, qmp);
  t.mock.timers.tick(150);
  const failure = await waiting;
  assert.equal(failure.reason === 'qmp-silent' && failure.waitingFor, 'DISK1 to go');
});

test('listeners see events in order until they stop listening', async () => {
  await using peer = await openScriptedPeer();
  const { ctx, qmp } = await connect(peer);
  const seen: string[] = [];
  const listening = qmp.onEvent(({ name }) => seen.push(name));
  peer.say({ event: 'STOP', data: {} });
  peer.say({ event: 'RESUME' });
  await exchange(ctx, peer, qmp);
  listening[Symbol.dispose]();
  peer.say({ event: 'STOP', data: {} });
  await exchange(ctx, peer, qmp);
  assert.deepEqual(seen, ['STOP', 'RESUME']);
});

test('an ended context gives up a command, and its late reply disturbs nobody', async () => {
  await using peer = await openScriptedPeer();
  const { ctx, life, qmp } = await connect(peer);
  const interrupted = createTestContext();
  const pending = qmp.execute(interrupted, 'cont');
  const late = await peer.next();
  interrupted.abort(new Error('interrupted'));
  await assert.rejects(pending, /interrupted/);
  const next = qmp.execute(ctx, 'query-status');
  peer.say({ return: {}, id: late.id });
  peer.say({ return: { running: false, status: 'paused' }, id: (await peer.next()).id });
  assert.equal((await next).status, 'paused');
  assert.equal(life.end(), undefined);
});

test('the transcript has what was said, both ways, and is private', async () => {
  await using peer = await openScriptedPeer();
  const { qmp } = await connect(peer);
  qmp[Symbol.dispose]();
  const { transcriptHostPath } = optionsFor(peer);
  const lines = (await readFile(transcriptHostPath, 'utf8')).trimEnd().split('\n');
  const said = lines.map((line) => JSON.parse(line) as { from: string; message: object });
  assert.deepEqual(
    said.map(({ from, message }) => [from, Object.keys(message)[0]]),
    [
      ['qemu', 'QMP'],
      ['raidlab', 'execute'],
      ['qemu', 'return'],
    ],
  );
  assert.equal((await stat(transcriptHostPath)).mode & 0o777, 0o600);
});

test('a transcript on a full disk ends the machine with that reason', async () => {
  await using peer = await openScriptedPeer();
  const life = beginMachineLife('main');
  const connecting = connectQmp(createTestContext(), life, { ...optionsFor(peer), transcriptHostPath: '/dev/full' });
  peer.say(greeting);
  assert.equal((await failureOf(connecting)).reason, 'disk-full');
});

test('a transcript that cannot be made is refused before anything is said', async () => {
  await using peer = await openScriptedPeer();
  const transcriptHostPath = join(peer.socketHostPath, 'qmp.ndjson');
  const failure = await failureOf(connectQmp(createTestContext(), beginMachineLife('main'), { ...optionsFor(peer), transcriptHostPath }));
  assert.equal(failure.reason, 'not-writable');
});
