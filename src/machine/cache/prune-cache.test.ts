import assert from 'node:assert/strict';
import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdir, mkdtemp, open, readdir, rm, stat, utimes, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { afterEach, beforeEach, test } from 'node:test';
import { createTestContext } from '../fixtures/scripted-peer.ts';
import { ensureEntry } from './ensure-entry.ts';
import { listEntries } from './entries.ts';
import { storeIn } from './fixtures/store-in.ts';
import { tryLock } from './lock.ts';
import { openStore } from './open-store.ts';
import type { OpenStore } from './open-store.ts';
import { pruneCache } from './prune-cache.ts';
import { areaHostPath } from './store.ts';
import type { CacheStore } from './store.ts';

const MiB = 1024 * 1024;
const unbounded = { maxBytes: Infinity, maxAgeMs: Infinity };

let place: string;
let store: CacheStore;
beforeEach(async () => {
  place = await mkdtemp(path.join(tmpdir(), 'raidlab-test-'));
  store = storeIn(place, unbounded);
});
afterEach(async () => {
  await rm(place, { recursive: true, force: true });
});

/** Uses an entry of a MiB, after building it when it is missing. */
async function use(ctx: ReturnType<typeof createTestContext>, used: OpenStore, kind: string, digit = '0'): Promise<string> {
  const key = { kind, digest: digit.repeat(32), artefact: `${kind} ${digit}` };
  await ensureEntry(ctx, used, key, async (_ctx, { entryHostPath }) => {
    await writeFile(path.join(entryHostPath, 'content'), Buffer.alloc(MiB, 1));
    return { description: kind, packages: {} };
  });
  return `${kind}-${key.digest}`;
}

/** A run that is over: uses entries and releases them. */
async function run(kinds: readonly (readonly [kind: string, digit: string])[], of: CacheStore = store): Promise<void> {
  await using used = await openStore(createTestContext(), of);
  for (const [kind, digit] of kinds) await use(createTestContext(), used, kind, digit);
}

async function kindsLeft(): Promise<readonly string[]> {
  return (await listEntries(createTestContext(), store)).map(({ name }) => name.slice(0, name.indexOf('-') + 2));
}

test('the least recently used go first; what a template is built on stays longer than the template', async () => {
  await run([['kernel', '1']]);
  await run([
    ['kernel', '2'],
    ['tools', '2'],
    ['booted', '2'],
    ['array', '2'],
  ]);
  for (const [maxMiB, left] of [
    [4.5, ['array-2', 'booted-2', 'kernel-2', 'tools-2']],
    [3.5, ['booted-2', 'kernel-2', 'tools-2']],
    [2.5, ['kernel-2', 'tools-2']],
    [1.5, ['kernel-2']],
    [0.5, []],
  ] as const) {
    const ctx = createTestContext();
    const { evicted, freedBytes, leftBytes } = await pruneCache(ctx, store, { ...unbounded, maxBytes: maxMiB * MiB });
    assert.deepEqual(await kindsLeft(), left);
    assert.equal(evicted.length, 1);
    assert.ok(freedBytes >= MiB && freedBytes < 1.1 * MiB);
    assert.ok(leftBytes <= maxMiB * MiB);
    const [event] = ctx.events;
    assert.ok(
      event?.type === 'cache-entry-evicted' && event.sizeBytes === freedBytes && event.why.startsWith('the cache is over its limit of'),
    );
  }
  for (const area of ['tmp', 'locks', 'holds', 'work'] as const) assert.deepEqual(await readdir(areaHostPath(store, area)), [], area);
});

test('to use an entry again is what keeps it', async () => {
  for (const digit of ['1', '2', '3']) await run([['kernel', digit]]);
  await run([['kernel', '1']]);
  await pruneCache(createTestContext(), store, { ...unbounded, maxBytes: 1.5 * MiB });
  assert.deepEqual(await kindsLeft(), ['kernel-1']);
});

test('what nobody has used for too long goes, however small the cache', async () => {
  await run([['kernel', '1']]);
  await run([['kernel', '2']]);
  const longAgo = Date.now() / 1000 - 31 * 24 * 60 * 60;
  await utimes(path.join(areaHostPath(store, 'stamps'), `kernel-${'1'.repeat(32)}.txt`), longAgo, longAgo);
  const ctx = createTestContext();
  await pruneCache(ctx, store, { ...unbounded, maxAgeMs: 30 * 24 * 60 * 60 * 1000 });
  assert.deepEqual(await kindsLeft(), ['kernel-2']);
  assert.ok(ctx.events[0]?.type === 'cache-entry-evicted' && ctx.events[0].why === 'not used for 30 days');
});

test('a run that builds makes room, keeps what it uses, says when that is too much, and ends within the bound', async () => {
  const bounded = { ...store, maxBytes: 2.5 * MiB };
  await run([['kernel', '1']], bounded);
  const ctx = createTestContext();
  const used = await openStore(ctx, bounded);
  await use(ctx, used, 'kernel', '2');
  await use(ctx, used, 'tools', '2');
  assert.deepEqual(await kindsLeft(), ['kernel-2', 'tools-2'], 'the one of before made room');
  assert.ok(!ctx.events.some(({ type }) => type === 'remark-made'));
  await use(ctx, used, 'booted', '2');
  assert.deepEqual(await kindsLeft(), ['booted-2', 'kernel-2', 'tools-2']);
  const remark = ctx.events.find((event) => event.type === 'remark-made');
  assert.ok(remark?.type === 'remark-made');
  assert.match(
    remark.text,
    /^The cache takes 3(\.\d+)? MiB, over its limit of 2\.5 MiB, and all of it is in use\. Raise the limit with RAIDLAB_CACHE_SIZE=1GiB,/,
  );
  await used[Symbol.asyncDispose]();
  assert.deepEqual(await kindsLeft(), ['kernel-2', 'tools-2']);
});

test('a run that fits the bound keeps all that it built, whatever lay in the cache before', async () => {
  const bounded = { ...store, maxBytes: 4.5 * MiB };
  for (const digit of ['1', '3', '4', '5']) await run([['kernel', digit]], bounded);
  const built = [
    ['kernel', '2'],
    ['tools', '2'],
    ['booted', '2'],
    ['array', '2'],
  ] as const;
  await run(built, bounded);
  assert.deepEqual(await kindsLeft(), ['array-2', 'booted-2', 'kernel-2', 'tools-2']);
  await run(built, bounded);
  assert.deepEqual(await kindsLeft(), ['array-2', 'booted-2', 'kernel-2', 'tools-2']);
});

test('an interrupted run ends within the bound, too', async () => {
  const ctx = createTestContext();
  const used = await openStore(ctx, { ...store, maxBytes: 0.5 * MiB });
  await use(ctx, used, 'kernel', '1');
  ctx.abort(new Error('interrupted'));
  await used[Symbol.asyncDispose]();
  assert.deepEqual(await kindsLeft(), []);
});

test('what is being built counts and is not touched', async () => {
  await run([['kernel', '1']]);
  const half = path.join(areaHostPath(store, 'tmp'), 'booted-1', 'entry');
  await mkdir(half, { recursive: true });
  await writeFile(path.join(half, 'memory'), Buffer.alloc(MiB, 1));
  const taken = await tryLock(store, `kernel-${'1'.repeat(32)}`);
  assert.ok('lock' in taken);
  const locked = await pruneCache(createTestContext(), store, { ...unbounded, maxBytes: 1.5 * MiB });
  assert.deepEqual(await kindsLeft(), ['kernel-1']);
  assert.ok(locked.leftBytes > 2 * MiB);
  await taken.lock[Symbol.asyncDispose]();
  await pruneCache(createTestContext(), store, { ...unbounded, maxBytes: 1.5 * MiB });
  assert.deepEqual(await kindsLeft(), []);
  assert.equal((await stat(path.join(half, 'memory'))).size, MiB);
});

test('holes take no room', async () => {
  await run([['kernel', '1']]);
  await using file = await open(path.join(store.rootHostPath, `kernel-${'1'.repeat(32)}`, 'content'), 'r+');
  await file.truncate(1024 * MiB);
  const { leftBytes } = await pruneCache(createTestContext(), store, { ...unbounded, maxBytes: 2 * MiB });
  assert.ok(leftBytes < 2 * MiB);
});

test('two processes that use an entry and one that prunes all the time: whoever has it keeps it', { timeout: 60_000 }, async () => {
  const file = (name: string): string => JSON.stringify(path.join(import.meta.dirname, name));
  const head = `
    import { readFile, writeFile } from 'node:fs/promises';
    import { setTimeout as delay } from 'node:timers/promises';
    import { ensureEntry } from ${file('ensure-entry.ts')};
    import { openStore } from ${file('open-store.ts')};
    import { pruneCache } from ${file('prune-cache.ts')};
    const seen = [];
    const ctx = { signal: new AbortController().signal, emit: (event) => seen.push(event.type) };
    const paths = { ...${JSON.stringify(store)}, maxBytes: Infinity, maxAgeMs: Infinity };`;
  const user = `${head}
    const key = { kind: 'booted', digest: '0'.repeat(32), artefact: 'template' };
    const built = () => seen.filter((type) => type === 'image-built').length;
    // On a busy host the pruner comes late: they go on until it has made them build again.
    for (let round = 0; round < 40 || built() < 3; round += 1) {
      await using store = await openStore(ctx, paths);
      const { hostPath } = await ensureEntry(ctx, store, key, async (_ctx, { entryHostPath }) => {
        await writeFile(entryHostPath + '/memory', 'pages');
        return { description: '', packages: {} };
      });
      for (let look = 0; look < 4; look += 1) {
        if ((await readFile(hostPath + '/memory', 'utf8')) !== 'pages') throw new Error('other pages');
        await delay(1);
      }
    }
    console.log(built());`;
  const pruner = `${head}
    await openStore(ctx, paths);
    console.log('ready');
    for (let stopped = false; !stopped; ) {
      await pruneCache(ctx, paths, { maxBytes: 0, maxAgeMs: Infinity });
      stopped = await readFile(${JSON.stringify(path.join(place, 'stop'))}).then(() => true, () => false);
    }
    console.log(seen.filter((type) => type === 'cache-entry-evicted').length);`;
  const pruning = start(pruner);
  await once(pruning.child.stdout, 'data');
  const users = [start(user), start(user)];
  const outputs = await Promise.all(users.map(({ ended }) => ended));
  await writeFile(path.join(place, 'stop'), '');
  const pruned = await pruning.ended;
  assert.deepEqual(
    [...outputs, pruned].map(({ exitCode }) => exitCode),
    [0, 0, 0],
  );
  const built = outputs.reduce((sum, { lastLine }) => sum + Number(lastLine), 0);
  assert.ok(built > 2 && Number(pruned.lastLine) > 2, `built ${String(built)} times, evicted ${pruned.lastLine} times: they did meet`);
  for (const area of ['tmp', 'locks', 'holds', 'work'] as const) assert.deepEqual(await readdir(areaHostPath(store, area)), [], area);
});

function start(script: string): {
  readonly child: ReturnType<typeof spawnNode>;
  readonly ended: Promise<{ readonly exitCode: number | null; readonly lastLine: string }>;
} {
  const child = spawnNode(script);
  let text = '';
  child.stdout.on('data', (chunk: Buffer) => (text += chunk.toString()));
  const ended = once(child, 'close').then(() => ({ exitCode: child.exitCode, lastLine: text.trimEnd().split('\n').at(-1) ?? '' }));
  return { child, ended };
}

function spawnNode(script: string) {
  return spawn(process.execPath, ['--disable-warning=ExperimentalWarning', '--input-type=module-typescript', '-e', script], {
    stdio: ['ignore', 'pipe', 'inherit'],
  });
}
