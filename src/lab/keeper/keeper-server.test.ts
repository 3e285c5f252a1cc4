import assert from 'node:assert/strict';
import { mkdir, stat, writeFile } from 'node:fs/promises';
import { connect, createServer } from 'node:net';
import { join } from 'node:path';
import { test } from 'node:test';
import { setTimeout as delay } from 'node:timers/promises';
import { RaidlabError } from '../../core/failure/failure.ts';
import type { ActDone, KeeperAct } from '../../core/lab/keeper-protocol.ts';
import { whenAborted } from '../../machine/context.ts';
import type { Context } from '../../machine/context.ts';
import { createTestContext, failureOf } from '../../machine/fixtures/scripted-peer.ts';
import { askKeeper } from './ask-keeper.ts';
import { openLabDirectory } from '../fixtures/lab-directory.ts';
import { listenForActs } from './keeper-server.ts';
import { createTimeFactor } from '../../machine/time-factor.ts';

type Perform = (ctx: Context, act: KeeperAct) => Promise<ActDone>;

const look = (): Promise<ActDone> => Promise.resolve({ changed: false });

async function openKeeper(perform: Perform, raidlabVersion = '1.0.0', timeFactor = createTimeFactor()) {
  const directory = await openLabDirectory();
  const socketHostPath = join(directory.hostPath, 'k.sock');
  const server = await listenForActs(socketHostPath, { lab: 'default', raidlabVersion, timeFactor, perform, aside: look });
  const address = { place: directory.place, socketHostPath, raidlabVersion: '1.0.0' };
  const dispose = async (): Promise<void> => {
    await server[Symbol.asyncDispose]();
    await directory[Symbol.asyncDispose]();
  };
  return { address, server, directory, [Symbol.asyncDispose]: dispose };
}

test('a command gets the events of its act, and what it came to', async () => {
  await using keeper = await openKeeper((ctx, act) => {
    ctx.emit({ type: 'remark-made', text: `asked for ${act.op}` });
    return Promise.resolve({ changed: true });
  });
  const ctx = createTestContext();
  assert.deepEqual(await askKeeper(ctx, keeper.address, { op: 'halt' }), { changed: true });
  assert.deepEqual(ctx.events, [{ type: 'remark-made', text: 'asked for halt' }]);
});

test('a failure arrives with its facts, a bug with its trace', async () => {
  const failure = { area: 'lab', reason: 'port-taken', port: 22, said: 'EADDRINUSE' } as const;
  await using refusing = await openKeeper(() => Promise.reject(new RaidlabError(failure)));
  assert.deepEqual(await failureOf(askKeeper(createTestContext(), refusing.address, { op: 'halt' })), failure);
  await using broken = await openKeeper(() => Promise.reject(new TypeError('x is not a function')));
  await assert.rejects(askKeeper(createTestContext(), broken.address, { op: 'halt' }), /TypeError: x is not a function\n +at /);
});

test('nobody but its user can open the socket', async () => {
  await using keeper = await openKeeper(() => Promise.resolve({ changed: false }));
  assert.equal((await stat(keeper.address.socketHostPath)).mode & 0o777, 0o600);
});

test('acts are done one after the other, in the order in which they were asked for', async () => {
  const order: string[] = [];
  const first = Promise.withResolvers<undefined>();
  await using keeper = await openKeeper(async (_ctx, act) => {
    order.push(`${act.op} begins`);
    if (act.op === 'crash') await first.promise;
    order.push(`${act.op} ends`);
    return { changed: true };
  });
  const one = askKeeper(createTestContext(), keeper.address, { op: 'crash' });
  while (order.length === 0) await delay(1);
  const other = askKeeper(createTestContext(), keeper.address, { op: 'halt' });
  // Whoever only looks is answered at once: by then the other has been heard.
  await askKeeper(createTestContext(), keeper.address, { op: 'look' });
  assert.deepEqual(order, ['crash begins']);
  first.resolve(undefined);
  await Promise.all([one, other]);
  assert.deepEqual(order, ['crash begins', 'crash ends', 'halt begins', 'halt ends']);
});

test('who only looks does not wait for its turn', async () => {
  const first = Promise.withResolvers<undefined>();
  await using keeper = await openKeeper(async () => {
    await first.promise;
    return { changed: true };
  });
  const one = askKeeper(createTestContext(), keeper.address, { op: 'reload', kernel: null, provision: false });
  assert.deepEqual(await askKeeper(createTestContext(), keeper.address, { op: 'look' }), { changed: false });
  first.resolve(undefined);
  await one;
});

test('when the command goes away, its act is told to stop', async () => {
  const begun = Promise.withResolvers<undefined>();
  const stopped = Promise.withResolvers<unknown>();
  await using keeper = await openKeeper(async (ctx) => {
    ctx.signal.addEventListener('abort', () => {
      stopped.resolve(ctx.signal.reason);
    });
    begun.resolve(undefined);
    await stopped.promise;
    return { changed: false };
  });
  const interrupted = new RaidlabError({ area: 'host', reason: 'interrupted', signal: 'SIGINT' });
  const controller = new AbortController();
  const asking = askKeeper({ ...createTestContext(), signal: controller.signal }, keeper.address, { op: 'halt' });
  await begun.promise;
  controller.abort(interrupted);
  await assert.rejects(asking, interrupted);
  assert.ok(await stopped.promise);
});

test('a keeper of another version says so', async () => {
  await using keeper = await openKeeper(() => Promise.resolve({ changed: false }), '2.0.0');
  const said = await new Promise<string>((resolve) => {
    const socket = connect(keeper.address.socketHostPath);
    socket.once('data', (bytes) => {
      resolve(bytes.toString());
      socket.destroy();
    });
    socket.write(`${JSON.stringify({ v: 99, raidlabVersion: '9.0.0', act: { op: 'look' } })}\n`);
  });
  const failure = { area: 'lab', reason: 'keeper-differs', lab: 'default', keeper: '2.0.0', here: '9.0.0' };
  assert.deepEqual(JSON.parse(said), { type: 'failed', failure });
});

test('a keeper that is gone is told with what it said last', async () => {
  await using directory = await openLabDirectory();
  await mkdir(directory.place.logsHostPath, { recursive: true });
  await writeFile(join(directory.place.logsHostPath, 'keeper.log'), 'Killed\n');
  const address = { place: directory.place, socketHostPath: join(directory.hostPath, 'none.sock'), raidlabVersion: '1.0.0' };
  const failure = await failureOf(askKeeper(createTestContext(), address, { op: 'halt' }));
  assert.ok(failure.reason === 'keeper-ended' && failure.said === 'Killed', JSON.stringify(failure));
});

test('a keeper that dies under an act is told at once', async () => {
  const begun = Promise.withResolvers<undefined>();
  await using keeper = await openKeeper(async (ctx) => {
    begun.resolve(undefined);
    using aborted = whenAborted(ctx.signal);
    return await aborted.promise;
  });
  const asking = failureOf(askKeeper(createTestContext(), keeper.address, { op: 'halt' }));
  await begun.promise;
  await keeper.server[Symbol.asyncDispose]();
  assert.equal((await asking).reason, 'keeper-ended');
});

test('a keeper that hangs is told after its silence, with what was waited for', async () => {
  await using directory = await openLabDirectory();
  const socketHostPath = join(directory.hostPath, 'k.sock');
  const server = createServer((socket) => socket.resume()).listen(socketHostPath);
  const address = { place: directory.place, socketHostPath, raidlabVersion: '1.0.0', silenceMs: 50 };
  const failure = await failureOf(askKeeper(createTestContext(), address, { op: 'halt' }));
  assert.deepEqual(failure, {
    area: 'lab',
    reason: 'keeper-silent',
    lab: 'default',
    waitingFor: 'its answer to halt',
    limit: { usualMs: 50, factor: 1 },
    lastSeen: 'nothing',
  });
  server.close();
});

test('a keeper that has just been started is asked as soon as it listens', async () => {
  await using directory = await openLabDirectory();
  const socketHostPath = join(directory.hostPath, 'k.sock');
  let attempts = 0;
  const found = (): Promise<string> => {
    attempts += 1;
    return Promise.resolve(socketHostPath);
  };
  const address = { place: directory.place, socketHostPath: found, raidlabVersion: '1.0.0', startMs: 10_000 };
  const asking = askKeeper(createTestContext(), address, { op: 'halt' });
  while (attempts < 3) await delay(1);
  const perform: Perform = () => Promise.resolve({ changed: true });
  await using server = await listenForActs(socketHostPath, {
    lab: 'default',
    raidlabVersion: '1.0.0',
    timeFactor: createTimeFactor(),
    perform,
    aside: look,
  });
  assert.equal(server.socketHostPath, socketHostPath);
  assert.deepEqual(await asking, { changed: true });
});

test('a keeper that does not come up is told with how its process ended', async () => {
  await using directory = await openLabDirectory();
  const ended = Promise.resolve('exit 70');
  const found = (): Promise<undefined> => Promise.resolve(undefined);
  const address = { place: directory.place, socketHostPath: found, raidlabVersion: '1.0.0', startMs: 10_000, ended };
  const failure = await failureOf(askKeeper(createTestContext(), address, { op: 'halt' }));
  assert.deepEqual(failure, { area: 'lab', reason: 'keeper-ended', lab: 'default', how: 'exit 70', said: 'it said nothing' });
});
