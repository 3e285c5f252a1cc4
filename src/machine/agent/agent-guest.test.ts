import assert from 'node:assert/strict';
import { performance } from 'node:perf_hooks';
import { test } from 'node:test';
import { hex, openScriptedAgent } from '../fixtures/scripted-agent.ts';
import type { ScriptedAgent } from '../fixtures/scripted-agent.ts';
import { createTestContext, failureOf } from '../fixtures/scripted-peer.ts';
import { KernelCrash } from '../kernel-crash.ts';

/** Answers the next command as one that starts, says this and ends. Gives its words. */
async function answer(scripted: ScriptedAgent, end: { exitCode?: number; out?: string; err?: string } = {}): Promise<readonly string[]> {
  const [, id = '', ...words] = await scripted.next();
  scripted.say(`started ${id} 42`);
  if (end.out !== undefined) scripted.say(`out ${id} ${hex(end.out)}`);
  if (end.err !== undefined) scripted.say(`err ${id} ${hex(end.err)}`);
  scripted.say(`ended ${id} ${String(end.exitCode ?? 0)}`);
  return words;
}

/** Gives the next line, answering pings: on a busy host the agent is asked whether it is there in the middle of a long output. */
async function nextButPings(scripted: ScriptedAgent): Promise<readonly string[]> {
  for (;;) {
    const line = await scripted.next();
    if (line[0] !== 'ping') return line;
    scripted.say('pong');
  }
}

test('a command gives its output and exit status, and is recorded', async () => {
  await using scripted = await openScriptedAgent();
  const { ctx, guest } = scripted;
  const running = guest.run(ctx, ['btrfs', 'scrub', 'status', '/storage']);
  assert.deepEqual(await answer(scripted, { exitCode: 3, out: 'grün\n', err: 'oops\n' }), ['', 'btrfs', 'scrub', 'status', '/storage']);
  const result = await running;
  assert.deepEqual([result.exitCode, result.stdout, result.stderr], [3, 'grün\n', 'oops\n']);
  assert.deepEqual(
    ctx.events.map(({ type }) => type),
    ['command-started', 'command-ended'],
  );
});

test('what is written in pieces arrives whole, a character cut in two included', async () => {
  await using scripted = await openScriptedAgent();
  const running = scripted.guest.run(scripted.ctx, ['cat']);
  const [, id = ''] = await scripted.next();
  const bytes = Buffer.from('grün');
  for (const line of [`started ${id} 1`, ...[...bytes].map((byte) => `out ${id} ${Buffer.of(byte).toString('hex')}`), `ended ${id} 0`])
    scripted.say(line);
  assert.equal((await running).stdout, 'grün');
});

test('input and strange words reach the agent as they are, and input is never recorded', async () => {
  await using scripted = await openScriptedAgent();
  const { ctx, guest } = scripted;
  const running = guest.run(ctx, ['tee', '', 'a b', 'a\nb', "it's", 'ü'], { input: 'a secret\n' });
  assert.deepEqual(await answer(scripted), ['a secret\n', 'tee', '', 'a b', 'a\nb', "it's", 'ü']);
  await running;
  assert.doesNotMatch(JSON.stringify(ctx.events), /secret/u);
});

test('quiet output is in the result and not in the events', async () => {
  await using scripted = await openScriptedAgent();
  const { ctx, guest } = scripted;
  const running = guest.run(ctx, ['find', '/storage'], { quiet: true });
  await answer(scripted, { out: 'a long listing' });
  assert.equal((await running).stdout, 'a long listing');
  assert.doesNotMatch(JSON.stringify(ctx.events), /listing/u);
});

test('commands run side by side, and each has its own output', async () => {
  await using scripted = await openScriptedAgent();
  const { ctx, guest } = scripted;
  const one = guest.run(ctx, ['one']);
  const other = guest.run(ctx, ['other']);
  const [[, first = ''], [, second = '']] = [await scripted.next(), await scripted.next()];
  for (const line of [`started ${first} 1`, `started ${second} 2`, `out ${second} ${hex('two')}`, `out ${first} ${hex('one')}`])
    scripted.say(line);
  scripted.say(`ended ${second} 0`);
  assert.equal((await other).stdout, 'two');
  scripted.say(`ended ${first} 0`);
  assert.equal((await one).stdout, 'one');
});

test('a command that is conversed with is heard as it writes and told more as it asks, and no input is recorded', async () => {
  await using scripted = await openScriptedAgent(20_000);
  const { ctx, guest } = scripted;
  const heard: string[] = [];
  const starting = guest.start(ctx, ['ask', 'a b'], {
    converse: (stream, bytes) => heard.push(`${stream}: ${bytes.toString()}`),
  });
  const [word, id = '', ...words] = await scripted.next();
  assert.deepEqual([word, words], ['open', ['ask', 'a b']]);
  scripted.say(`started ${id} 42`);
  const process = await starting;
  scripted.say(`out ${id} ${hex('Really? ')}`);
  scripted.say(`err ${id} ${hex('hm')}`);
  await scripted.exchange();
  assert.deepEqual(heard, ['stdout: Really? ', 'stderr: hm']);
  process.write(Buffer.from('a secret\n'));
  process.write(Buffer.of());
  assert.deepEqual(await scripted.next(), ['input', id, 'a secret\n']);
  assert.deepEqual(await scripted.next(), ['input', id, '']);
  scripted.say(`ended ${id} 0`);
  assert.equal((await process.wait(ctx, 2000)).stdout, 'Really? ');
  process.write(Buffer.from('too late'));
  await scripted.exchange();
  assert.deepEqual(scripted.peer.waiting(), []);
  assert.doesNotMatch(JSON.stringify(ctx.events), /secret|late/u);
});

test('a command that takes too long is ended, and that is said', async () => {
  await using scripted = await openScriptedAgent();
  const running = scripted.guest.run(scripted.ctx, ['sleep', '100'], { timeoutMs: 50 });
  const [, id = ''] = await scripted.next();
  scripted.say(`started ${id} 7`);
  const failure = await failureOf(running);
  assert.deepEqual([failure.area, failure.reason], ['guest', 'command-timed-out']);
  assert.deepEqual(await scripted.next(), ['kill', id]);
});

test('a context that ends ends its command, one that had not started by then included', async () => {
  await using scripted = await openScriptedAgent();
  for (const startsFirst of [true, false]) {
    const ctx = createTestContext();
    const running = scripted.guest.run(ctx, ['sleep', '100']);
    const [, id = ''] = await scripted.next();
    if (startsFirst) scripted.say(`started ${id} 7`);
    await scripted.exchange();
    ctx.abort(new Error('interrupted'));
    await assert.rejects(running, /interrupted/u);
    if (!startsFirst) scripted.say(`started ${id} 7`);
    assert.deepEqual(await scripted.next(), ['kill', id]);
  }
});

test('a started command is not ended by the end of a wait, and its end is recorded though nobody waits', async () => {
  await using scripted = await openScriptedAgent();
  const { ctx, guest } = scripted;
  const starting = guest.start(ctx, ['btrfs', 'replace', 'start']);
  const [, id = ''] = await scripted.next();
  scripted.say(`started ${id} 99`);
  const process = await starting;
  assert.equal(process.pid, 99);
  assert.equal(await process.poll(ctx), undefined);
  assert.equal((await failureOf(process.wait(ctx, 20))).reason, 'command-timed-out');
  scripted.say(`ended ${id} 0`);
  await scripted.exchange();
  assert.equal((await process.poll(ctx))?.exitCode, 0);
  assert.equal(ctx.events.at(-1)?.type, 'command-ended');
  assert.deepEqual(scripted.peer.waiting(), []);
});

test('an agent that does not start a command is silent, and what it said last is told', async () => {
  await using scripted = await openScriptedAgent(50);
  scripted.say('ready');
  const failure = await failureOf(scripted.guest.run(scripted.ctx, ['true']));
  assert.equal(failure.reason === 'agent-silent' && failure.lastSeen, 'ready');
});

test('a command may be silent for long, but the agent may not', async () => {
  await using scripted = await openScriptedAgent(200);
  const { ctx, guest } = scripted;
  const running = guest.run(ctx, ['btrfs', 'replace', 'start', '-B']);
  const [, id = ''] = await scripted.next();
  scripted.say(`started ${id} 7`);
  for (let beat = 0; beat < 5; beat += 1) {
    assert.equal((await scripted.next())[0], 'ping');
    scripted.say('pong');
  }
  const failure = await failureOf(running);
  assert.equal(failure.reason === 'agent-silent' && failure.lastSeen, 'pong');
});

test('nobody is asked for a sign of life while no command runs', async (t) => {
  t.mock.timers.enable({ apis: ['setInterval'] });
  let passedMs = 0;
  const now = performance.now.bind(performance);
  t.mock.method(performance, 'now', () => now() + passedMs);
  await using scripted = await openScriptedAgent(100);
  for (; passedMs < 300; passedMs += 25) t.mock.timers.tick(25);
  await scripted.exchange();
  assert.deepEqual(scripted.peer.waiting(), []);
});

for (const line of ['hello', 'out 4711 61', 'ended 1', 'started 1 x;y', 'confused 6162', '']) {
  test(`a line that is none of the protocol ends the machine's life: ${JSON.stringify(line)}`, async () => {
    await using scripted = await openScriptedAgent();
    const running = scripted.guest.run(scripted.ctx, ['true']);
    await scripted.next();
    scripted.say(line);
    assert.equal((await failureOf(running)).reason, 'protocol-broken');
  });
}

test('a kernel that crashes ends every command with the crash', async () => {
  await using scripted = await openScriptedAgent();
  const running = scripted.guest.run(scripted.ctx, ['tee', '/proc/sysrq-trigger']);
  const [, id = ''] = await scripted.next();
  scripted.say(`started ${id} 7`);
  const trouble = {
    kind: 'panic',
    what: 'sysrq triggered crash',
    at: null,
    process: null,
    kernel: null,
    trace: [],
    during: null,
    atSeconds: null,
    transcript: [],
  } as const;
  scripted.life.declareEnd({ state: 'crashed', trouble });
  await assert.rejects(running, KernelCrash);
});

test('more output than anybody asks for is not taken for all of it', async () => {
  await using scripted = await openScriptedAgent();
  const running = scripted.guest.run(scripted.ctx, ['cat', '/dev/zero']);
  const [, id = ''] = await scripted.next();
  scripted.say(`started ${id} 7`);
  const piece = '00'.repeat(65536);
  for (let sent = 0; sent <= 16 * 16; sent += 1) scripted.say(`out ${id} ${piece}`);
  assert.deepEqual(await nextButPings(scripted), ['kill', id]);
  for (let sent = 0; sent <= 16; sent += 1) scripted.say(`out ${id} ${piece}`);
  scripted.say(`ended ${id} 137`);
  const failure = await failureOf(running);
  assert.deepEqual([failure.area, failure.reason], ['guest', 'output-too-long']);
  assert.deepEqual(scripted.peer.waiting(), [], 'it is told once to end');
  const told = scripted.ctx.events.at(-1);
  assert.match(told?.type === 'command-ended' ? told.stderr : '', /^raidlab ended it: it wrote more than 16 MiB$/mu);
});

test('a long output is whole in the result, and has its beginning in the events', async () => {
  await using scripted = await openScriptedAgent();
  const running = scripted.guest.run(scripted.ctx, ['cat', '/storage/file']);
  const [, id = ''] = await scripted.next();
  scripted.say(`started ${id} 7`);
  for (let sent = 0; sent < 8; sent += 1) scripted.say(`out ${id} ${hex('x'.repeat(65536))}`);
  scripted.say(`ended ${id} 0`);
  assert.equal((await running).stdout.length, 8 * 65536);
  const told = scripted.ctx.events.at(-1);
  assert.equal(told?.type === 'command-ended' && told.stdout, `${'x'.repeat(4 * 65536)}\n… 262144 characters more are left out\n`);
});

test('an empty command line is a mistake of ours', async () => {
  await using scripted = await openScriptedAgent();
  assert.equal((await failureOf(scripted.guest.run(scripted.ctx, []))).reason, 'internal');
});

test('a file is written by a command that makes it private before it has content, and one that cannot be read is told in its words', async () => {
  await using scripted = await openScriptedAgent();
  const { ctx, guest } = scripted;
  const writing = guest.writeFile(ctx, '/etc/luks/DISK1.key', 'key', 0o600);
  assert.deepEqual((await answer(scripted)).slice(0, 5), ['key', 'install', '--no-target-directory', '--mode', '0600']);
  await writing;
  const reading = guest.readFile(ctx, '/nowhere');
  await answer(scripted, { exitCode: 1, err: 'cat: /nowhere: No such file or directory\n' });
  const failure = await failureOf(reading);
  assert.equal(failure.reason === 'command-failed' && failure.said, 'cat: /nowhere: No such file or directory');
});

test('a guest wakes with time, entropy and a name of its own, and one that cannot says why', async () => {
  await using scripted = await openScriptedAgent();
  const { agent, ctx } = scripted;
  const entropies = new Set<string>();
  for (const root of ['bare', 'joined'] as const) {
    const waking = agent.wake(ctx, root, 1000);
    const [word, seconds, nanoseconds, entropy = '', machineId = '', rest] = await scripted.next();
    assert.deepEqual([word, rest], ['wake', root]);
    assert.ok(Math.abs(Number(seconds) - Date.now() / 1000) < 2 && Number(nanoseconds) < 1e9);
    // As much as the pool of a kernel before 5.6 holds, in hexadecimal.
    assert.match(entropy, /^[0-9a-f]{1024}$/u);
    assert.match(machineId, /^[0-9a-f]{32}$/u);
    entropies.add(entropy);
    scripted.say('awake');
    await waking;
  }
  assert.equal(entropies.size, 2);
  const failing = agent.wake(ctx, 'bare', 1000);
  await scripted.next();
  scripted.say('failed mounting the system disk: No such device');
  const failure = await failureOf(failing);
  assert.match(failure.reason === 'boot-failed' ? failure.said : '', /No such device$/u);
});
