import assert from 'node:assert/strict';
import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdir, mkdtemp, readdir, rm, symlink, utimes, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { afterEach, beforeEach, test } from 'node:test';
import type { EventBody } from '../../core/event.ts';
import type { Context } from '../context.ts';
import { readProcessIdentity } from '../process/process-identity.ts';
import { storeIn } from './fixtures/store-in.ts';
import { removeLeftovers } from './leftovers.ts';
import { currentOwner, formatOwner, judgeOwner, parseOwner } from './owner.ts';
import type { Owner } from './owner.ts';
import { openScratch } from './scratch.ts';
import { makeAreas } from './store.ts';
import type { CacheStore } from './store.ts';
import { createContext } from '../context.ts';

let place: string;
let store: CacheStore;
let events: EventBody[];
let ctx: Context;
let self: Owner;
let dead: Owner;

beforeEach(async () => {
  place = await mkdtemp(path.join(tmpdir(), 'raidlab-test-'));
  events = [];
  ctx = createContext({ emit: (event) => events.push(event) });
  store = storeIn(place);
  await makeAreas(store);
  self = await currentOwner();
  dead = { ...self, startTime: '1' };
});
afterEach(async () => {
  await rm(place, { recursive: true, force: true });
});

async function leave(area: string, name: string, owner: Owner | undefined): Promise<string> {
  const hostPath = path.join(store.rootHostPath, area, name);
  await mkdir(hostPath);
  if (owner !== undefined) await writeFile(path.join(hostPath, 'owner.json'), formatOwner(owner));
  return hostPath;
}

async function names(area: string): Promise<readonly string[]> {
  return await readdir(path.join(store.rootHostPath, area));
}

test('a scratch is private, its sockets have short paths, and disposing it removes both', async () => {
  const scratch = await openScratch(ctx, store, 'main');
  assert.equal(path.dirname(scratch.socketHostPath), place);
  assert.ok(path.basename(scratch.socketHostPath).length < 20);
  await removeLeftovers(ctx, store);
  assert.deepEqual(events, [], 'the owner lives');
  await scratch[Symbol.asyncDispose]();
  assert.deepEqual(await names('work'), []);
  assert.deepEqual(await readdir(place), ['cache']);
});

test('what a dead owner left goes, here and elsewhere, with its lock', async () => {
  const outside = path.join(place, 'raidlab-00c0ffee');
  await mkdir(path.join(outside, 'below'), { recursive: true });
  await leave('work', 'main-1', { ...dead, outsideHostPaths: [outside] });
  await leave('tmp', 'kernel-1', dead);
  await leave('work', 'alive', self);
  await writeFile(path.join(store.rootHostPath, 'locks', 'kernel-1'), formatOwner(dead));
  await writeFile(path.join(store.rootHostPath, 'locks', 'kernel-2'), formatOwner(self));
  await writeFile(path.join(store.rootHostPath, 'holds', 'kernel-1.0'), formatOwner(dead));
  await writeFile(path.join(store.rootHostPath, 'holds', 'kernel-1.1'), formatOwner(self));
  await removeLeftovers(ctx, store);
  assert.deepEqual(await names('work'), ['alive']);
  assert.deepEqual(await names('tmp'), []);
  assert.deepEqual(await names('locks'), ['kernel-2']);
  assert.deepEqual(await names('holds'), ['kernel-1.1']);
  assert.deepEqual(await readdir(place), ['cache']);
  assert.equal(events.filter((event) => event.type === 'leftover-removed').length, 5);
});

test('what a dead owner left elsewhere goes even when the cache that recorded it is gone', async () => {
  for (const [name, owner] of [
    ['raidlab-00c0ffee', dead],
    ['raidlab-00facade', self],
    ['not-our-name', dead],
  ] as const) {
    await mkdir(path.join(place, name));
    await writeFile(path.join(place, name, 'owner.json'), formatOwner(owner));
  }
  await removeLeftovers(ctx, store);
  assert.deepEqual((await readdir(place)).sort(), ['cache', 'not-our-name', 'raidlab-00facade']);
});

test('a record cannot make the sweeper remove what is not ours', async () => {
  const precious = path.join(place, 'precious');
  await mkdir(precious);
  const link = path.join(place, 'raidlab-0badcafe');
  await symlink(precious, link);
  await leave('work', 'main-1', { ...dead, outsideHostPaths: [precious, link, `${link}/../precious`, 'raidlab-00000000'] });
  await removeLeftovers(ctx, store);
  assert.deepEqual(await names('work'), []);
  assert.deepEqual((await readdir(place)).sort(), ['cache', 'precious', 'raidlab-0badcafe']);
});

test('an owner that cannot be judged keeps its things for a day', async () => {
  for (const [name, owner] of [
    ['container', { ...dead, pidNamespace: 'pid:[1]' }],
    ['host', { ...dead, hostName: 'elsewhere.example' }],
    ['nobody', undefined],
  ] as const) {
    const hostPath = await leave('work', name, owner);
    await removeLeftovers(ctx, store);
    assert.deepEqual(await names('work'), [name]);
    const longAgo = Date.now() / 1000 - 25 * 60 * 60;
    await utimes(hostPath, longAgo, longAgo);
    await removeLeftovers(ctx, store);
    assert.deepEqual(await names('work'), []);
  }
});

test('a recorded QEMU is killed when it is the recorded one; another process by that pid is spared, and one that is no QEMU', async () => {
  const child = spawn('sleep', ['60'], { argv0: 'qemu-system-x86_64' });
  const stranger = spawn('sleep', ['60']);
  const identity = await readProcessIdentity(child.pid ?? 0);
  assert.ok(identity);
  const first = await leave('work', 'main-1', dead);
  await writeFile(path.join(first, 'qemu.json'), JSON.stringify({ ...identity, startTime: '1' }));
  const second = await leave('work', 'main-3', dead);
  await writeFile(path.join(second, 'qemu.json'), JSON.stringify(await readProcessIdentity(stranger.pid ?? 0)));
  await removeLeftovers(ctx, store);
  assert.equal(child.exitCode ?? child.signalCode, null);
  assert.equal(stranger.exitCode ?? stranger.signalCode, null);
  stranger.kill();

  const outside = path.join(place, 'raidlab-00c0ffee');
  await mkdir(path.join(outside, 'main'), { recursive: true });
  await writeFile(path.join(outside, 'main', 'qemu.json'), JSON.stringify(identity));
  await leave('work', 'main-2', { ...dead, outsideHostPaths: [outside] });
  const ended = once(child, 'exit');
  await removeLeftovers(ctx, store);
  assert.deepEqual(await ended, [null, 'SIGKILL']);
});

test('an owner is dead after a reboot, and unknown where it cannot be seen', async () => {
  assert.equal(await judgeOwner(self, self), 'alive');
  assert.equal(await judgeOwner(dead, self), 'dead');
  assert.equal(await judgeOwner({ ...self, bootId: 'before' }, self), 'dead');
  assert.equal(await judgeOwner({ ...dead, pidNamespace: 'pid:[1]' }, self), 'unknown');
  assert.equal(await judgeOwner({ ...dead, hostName: 'elsewhere.example', bootId: 'other' }, self), 'unknown');
});

test('half an owner’s record is none', () => {
  const text = formatOwner(self).trimEnd();
  assert.deepEqual(parseOwner(text), self);
  for (let length = 0; length < text.length; length += 1) assert.equal(parseOwner(text.slice(0, length)), undefined);
  assert.equal(parseOwner(JSON.stringify({ ...self, pid: 1 })), undefined);
});
