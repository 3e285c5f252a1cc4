import assert from 'node:assert/strict';
import { test } from 'node:test';
import { setTimeout as delay } from 'node:timers/promises';
import type { KernelTrouble } from '../../core/kernel/trouble.ts';
import { createTestContext, failureOf, openScriptedPeer } from '../fixtures/scripted-peer.ts';
import type { Request, ScriptedPeer } from '../fixtures/scripted-peer.ts';
import { KernelCrash } from '../kernel-crash.ts';
import { beginMachineLife } from '../machine-life.ts';
import { connectAgent } from './agent-client.ts';
import { createAgentGuest } from './agent-guest.ts';
import { planPollDelayMs } from './guest-exec.ts';

async function openGuest(peer: ScriptedPeer) {
  const ctx = createTestContext();
  const life = beginMachineLife('main');
  const agent = peer.owns(await connectAgent(ctx, life, { socketHostPath: peer.socketHostPath, timeoutMs: 2000 }));
  const synced = agent.sync(ctx);
  const { arguments: args, id } = await peer.next();
  peer.sayRaw(Buffer.concat([Buffer.from([0xff]), Buffer.from(`${JSON.stringify({ return: args?.id, id })}\n`)]));
  await synced;
  return { ctx, life, guest: createAgentGuest(life, agent) };
}

/** Answers everything as an agent does whose every command ends at once with `status`; gives the requests seen. */
function actAsAgent(peer: ScriptedPeer, status: object): Request[] {
  const seen: Request[] = [];
  void (async () => {
    for (;;) {
      const request = await peer.next();
      seen.push(request);
      peer.say({ return: request.execute === 'guest-exec' ? { pid: 42 } : status, id: request.id });
    }
  })();
  return seen;
}

const base64 = (text: string): string => Buffer.from(text).toString('base64');

test('a command gives its output and exit status, and is recorded', async () => {
  await using peer = await openScriptedPeer();
  const { ctx, guest } = await openGuest(peer);
  actAsAgent(peer, { exited: true, exitcode: 3, 'out-data': base64('grün\n'), 'err-data': base64('oops\n') });
  const result = await guest.run(ctx, ['btrfs', 'scrub', 'status', '/storage']);
  assert.equal(result.exitCode, 3);
  assert.equal(result.stdout, 'grün\n');
  assert.equal(result.stderr, 'oops\n');
  assert.deepEqual(
    ctx.events.map(({ type }) => type),
    ['command-started', 'command-ended'],
  );
});

test('the environment of a command is fixed', async () => {
  await using peer = await openScriptedPeer();
  const { ctx, guest } = await openGuest(peer);
  const seen = actAsAgent(peer, { exited: true, exitcode: 0 });
  await guest.run(ctx, ['true', '-x']);
  assert.deepEqual(seen[0]?.arguments, {
    path: 'true',
    arg: ['-x'],
    env: ['PATH=/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin', 'LC_ALL=C.UTF-8', 'HOME=/root'],
    'capture-output': true,
  });
});

test('input reaches the command and no event', async () => {
  await using peer = await openScriptedPeer();
  const { ctx, guest } = await openGuest(peer);
  const seen = actAsAgent(peer, { exited: true, exitcode: 0 });
  await guest.run(ctx, ['cryptsetup', 'open', '--key-file=-'], { input: 'hunter2' });
  await guest.writeFile(ctx, '/etc/luks/DISK1.key', 'hunter2', 0o600);
  assert.equal(seen[0]?.arguments?.['input-data'], base64('hunter2'));
  const told = JSON.stringify(ctx.events);
  assert.ok(!told.includes('hunter2') && !told.includes(base64('hunter2')));
});

test('a quiet command keeps its output out of events, not out of its result', async () => {
  await using peer = await openScriptedPeer();
  const { ctx, guest } = await openGuest(peer);
  actAsAgent(peer, { exited: true, exitcode: 0, 'out-data': base64('a long manifest') });
  assert.equal((await guest.run(ctx, ['cat', 'x'], { quiet: true })).stdout, 'a long manifest');
  assert.ok(!JSON.stringify(ctx.events).includes('a long manifest'));
});

test('a command ended by a signal has 128 + its number', async () => {
  await using peer = await openScriptedPeer();
  const { ctx, guest } = await openGuest(peer);
  actAsAgent(peer, { exited: true, signal: 9 });
  assert.equal((await guest.run(ctx, ['sleep', '9'])).exitCode, 137);
});

test('a program that is not there is exit 127, as in a shell', async () => {
  await using peer = await openScriptedPeer();
  const { ctx, guest } = await openGuest(peer);
  const running = guest.run(ctx, ['btrsf']);
  const desc =
    'Guest agent command failed, child process creation failed: Failed to execute child process “btrsf” (No such file or directory)';
  peer.say({ error: { class: 'GenericError', desc }, id: (await peer.next()).id });
  const result = await running;
  assert.equal(result.exitCode, 127);
  assert.equal(result.stderr, 'btrsf: No such file or directory\n');
});

test('an agent that refuses to start a command is machine trouble', async () => {
  await using peer = await openScriptedPeer();
  const { ctx, guest } = await openGuest(peer);
  const running = guest.run(ctx, ['true']);
  peer.say({ error: { class: 'CommandNotFound', desc: 'Command guest-exec has been disabled' }, id: (await peer.next()).id });
  assert.equal((await failureOf(running)).reason, 'agent-error');
});

for (const [agentVersion, truncated] of [
  ['before 10.0.4', false],
  ['since 10.0.4', true],
] as const) {
  test(`output cut off by an agent ${agentVersion} is refused`, async () => {
    await using peer = await openScriptedPeer();
    const { ctx, guest } = await openGuest(peer);
    const data = Buffer.alloc(16 * 1024 * 1024, 'x').toString('base64');
    actAsAgent(peer, { exited: true, exitcode: 0, 'out-data': data, 'out-truncated': truncated });
    assert.equal((await failureOf(guest.run(ctx, ['btrfs', 'inspect-internal', 'dump-tree', '/dev/x']))).reason, 'output-not-understood');
  });
}

test('a new agent that says it cut nothing off is believed', async () => {
  await using peer = await openScriptedPeer();
  const { ctx, guest } = await openGuest(peer);
  actAsAgent(peer, { exited: true, exitcode: 0, 'out-data': base64('x'), 'out-truncated': false, 'err-truncated': false });
  assert.equal((await guest.run(ctx, ['true'])).stdout, 'x');
});

test('a command that takes too long is killed in the guest', async () => {
  await using peer = await openScriptedPeer();
  const { ctx, guest } = await openGuest(peer);
  const seen = actAsAgent(peer, { exited: false });
  const failure = await failureOf(guest.run(ctx, ['sleep', '99'], { timeoutMs: 60 }));
  assert.ok(failure.reason === 'command-timed-out');
  assert.deepEqual(failure.argv, ['sleep', '99']);
  const last = seen.at(-1)?.arguments;
  assert.deepEqual([last?.path, last?.arg], ['kill', ['-KILL', '42']]);
});

test('an interrupted command is killed in the guest', async () => {
  await using peer = await openScriptedPeer();
  const { ctx, guest } = await openGuest(peer);
  const seen = actAsAgent(peer, { exited: false });
  const running = guest.run(ctx, ['sleep', '99']);
  await delay(50);
  ctx.abort(new Error('interrupted'));
  await assert.rejects(running, /interrupted/);
  assert.equal(seen.at(-1)?.arguments?.path, 'kill');
});

test('a command whose start was interrupted is killed once it has started', async () => {
  await using peer = await openScriptedPeer();
  const { ctx, guest } = await openGuest(peer);
  const running = guest.run(ctx, ['sleep', '99']);
  const { id } = await peer.next();
  ctx.abort(new Error('interrupted'));
  await assert.rejects(running, /interrupted/);
  peer.say({ return: { pid: 42 }, id });
  assert.deepEqual((await peer.next()).arguments?.arg, ['-KILL', '42']);
});

test('a started command outlives a wait that gave up, and its end is told once and kept', async () => {
  await using peer = await openScriptedPeer();
  const { ctx, guest } = await openGuest(peer);
  const starting = guest.start(ctx, ['btrfs', 'replace', 'start']);
  peer.say({ return: { pid: 42 }, id: (await peer.next()).id });
  const process = await starting;
  const interrupted = createTestContext();
  const waiting = process.wait(interrupted, 1000);
  const asked = await peer.next();
  interrupted.abort(new Error('interrupted'));
  await assert.rejects(waiting, /interrupted/);
  peer.say({ return: { exited: true, exitcode: 0, 'out-data': base64('done\n') }, id: asked.id });
  assert.equal((await process.poll(ctx))?.stdout, 'done\n');
  assert.equal((await process.wait(ctx, 1000)).stdout, 'done\n');
  assert.deepEqual(peer.waiting(), []);
  assert.equal(ctx.events.filter(({ type }) => type === 'command-ended').length, 1);
});

test('a kernel crash ends a pending command at once, and every later one', async () => {
  await using peer = await openScriptedPeer();
  const { ctx, life, guest } = await openGuest(peer);
  actAsAgent(peer, { exited: false });
  const running = guest.run(ctx, ['btrfs', 'replace', 'start', '-B', '1', '/dev/mapper/crypt-btrfs3', '/storage']);
  await delay(20);
  const trouble: KernelTrouble = {
    kind: 'oops',
    what: 'BUG: x',
    at: null,
    process: null,
    kernel: null,
    trace: [],
    during: null,
    atSeconds: 1,
    transcript: [],
  };
  life.declareEnd({ state: 'crashed', trouble });
  await assert.rejects(running, KernelCrash);
  await assert.rejects(guest.readFile(ctx, '/etc/fstab'), KernelCrash);
});

test('a file that cannot be read is the failure of a command', async () => {
  await using peer = await openScriptedPeer();
  const { ctx, guest } = await openGuest(peer);
  actAsAgent(peer, { exited: true, exitcode: 1, 'err-data': base64('cat: /etc/nope: No such file or directory\n') });
  const failure = await failureOf(guest.readFile(ctx, '/etc/nope'));
  assert.equal(failure.reason === 'command-failed' && failure.said, 'cat: /etc/nope: No such file or directory');
});

test('looks at a running command grow rarer, within limits', () => {
  assert.equal(planPollDelayMs(0), 2);
  assert.equal(Math.round(planPollDelayMs(1000)), 55);
  assert.equal(planPollDelayMs(600_000), 100);
});
