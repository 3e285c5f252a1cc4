import assert from 'node:assert/strict';
import { execFile } from 'node:child_process';
import { mkdir, mkdtemp, open, readdir, rm, stat, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { afterEach, beforeEach, test } from 'node:test';
import { promisify } from 'node:util';
import { createTestContext } from '../fixtures/scripted-peer.ts';
import { ensureEntry } from './ensure-entry.ts';
import type { CacheEntry } from './entry-record.ts';
import { storeIn } from './fixtures/store-in.ts';
import { tryLock } from './lock.ts';
import { openStore } from './open-store.ts';
import type { OpenStore } from './open-store.ts';
import { formatOwner, currentOwner } from './owner.ts';
import { rejectEntry, removeEntry } from './remove-entry.ts';
import { areaHostPath } from './store.ts';
import type { CacheStore } from './store.ts';

const key = { kind: 'booted', digest: 'd'.repeat(32), artefact: 'template of a booted machine' };
const name = `booted-${key.digest}`;

let place: string;
let store: CacheStore;
beforeEach(async () => {
  place = await mkdtemp(path.join(tmpdir(), 'raidlab-test-'));
  store = storeIn(place);
});
afterEach(async () => {
  await rm(place, { recursive: true, force: true });
});

async function ensure(used: OpenStore, text = 'pages'): Promise<CacheEntry> {
  return ensureEntry(createTestContext(), used, key, async (_ctx, { entryHostPath }) => {
    await writeFile(path.join(entryHostPath, 'memory'), text);
    return { description: 'a machine', packages: {} };
  });
}

async function isThere(hostPath: string): Promise<boolean> {
  return stat(hostPath).then(
    () => true,
    () => false,
  );
}

test('an entry that a run uses cannot be removed until the run is over; who has its files open keeps them', async () => {
  const ctx = createTestContext();
  const user = await openStore(ctx, store);
  const { hostPath } = await ensure(user);
  const held = await removeEntry(ctx, store, name);
  assert.ok(held.state === 'held');
  assert.equal(held.holds[0]?.owner?.pid, process.pid);
  await user[Symbol.asyncDispose]();
  await using memory = await open(path.join(hostPath, 'memory'));
  assert.deepEqual(await removeEntry(ctx, store, name), { state: 'removed' });
  assert.equal(await isThere(hostPath), false);
  assert.equal(await memory.readFile('utf8'), 'pages');
  assert.deepEqual(await removeEntry(ctx, store, name), { state: 'absent' });
  for (const area of ['tmp', 'locks', 'holds'] as const) assert.deepEqual(await readdir(areaHostPath(store, area)), [], area);
});

test('a dead process holds nothing, and one that cannot be judged from here holds what it holds', async () => {
  const ctx = createTestContext();
  const user = await openStore(ctx, store);
  await ensure(user);
  await user[Symbol.asyncDispose]();
  const self = await currentOwner();
  const hold = path.join(areaHostPath(store, 'holds'), `${name}.00c0ffee`);
  await writeFile(hold, formatOwner({ ...self, hostName: 'elsewhere.example' }));
  assert.equal((await removeEntry(ctx, store, name)).state, 'held');
  await writeFile(hold, formatOwner({ ...self, startTime: '1' }));
  assert.equal((await removeEntry(ctx, store, name)).state, 'removed');
});

test('an entry that is being built is left to its builder', async () => {
  const ctx = createTestContext();
  await using user = await openStore(ctx, store);
  const taken = await tryLock(user, name);
  assert.ok('lock' in taken);
  assert.deepEqual(await removeEntry(ctx, store, name), { state: 'busy' });
  await taken.lock[Symbol.asyncDispose]();
});

test('whoever wants an entry that is about to be removed waits, and builds it anew', async () => {
  const ctx = createTestContext();
  await using user = await openStore(ctx, store);
  const { hostPath } = await ensure(user);
  const taken = await tryLock(user, name);
  assert.ok('lock' in taken);
  const wanted = ensure(user, 'new pages');
  await rm(hostPath, { recursive: true });
  await taken.lock[Symbol.asyncDispose]();
  await wanted;
  assert.equal((await stat(path.join(hostPath, 'memory'))).size, 'new pages'.length);
});

test('an entry is rejected by who holds it, once: one that was built anew meanwhile stays', async () => {
  const ctx = createTestContext();
  await using user = await openStore(ctx, store);
  const entry = await ensure(user);
  assert.equal(await rejectEntry(ctx, user, entry, 'QEMU did not take its state'), true);
  assert.deepEqual(ctx.events, [
    { type: 'cache-entry-rejected', artefact: 'template of a booted machine', why: 'QEMU did not take its state' },
  ]);
  assert.equal(await isThere(entry.hostPath), false);
  assert.equal(await rejectEntry(ctx, user, entry, 'QEMU did not take its state'), true, 'gone is gone');
  // A later one has a later time in its record.
  while (new Date().toISOString() === entry.record.madeAt);
  const anew = await ensure(user, 'new pages');
  assert.notEqual(anew.contentDigest, entry.contentDigest);
  assert.equal(await rejectEntry(ctx, user, entry, 'QEMU did not take its state'), true);
  assert.equal(await isThere(entry.hostPath), true);
});

test('an entry that another run has disks over is rejected, and stays until that run is over', async () => {
  const ctx = createTestContext();
  await using user = await openStore(ctx, store);
  const entry = await ensure(user);
  const other = await openStore(ctx, store);
  await ensure(other);
  assert.equal(await rejectEntry(ctx, user, entry, 'QEMU did not take its state'), false);
  assert.equal(await isThere(entry.hostPath), true);
  await other[Symbol.asyncDispose]();
  assert.equal(await rejectEntry(ctx, user, entry, 'QEMU did not take its state'), true);
  assert.equal(await isThere(entry.hostPath), false);
});

const isRoot = process.getuid?.() === 0;

test(
  'on a disk that is full an entry can be removed, and nothing new begun',
  { skip: !isRoot && 'needs root to mount a small disk' },
  async () => {
    const file = (name: string): string => JSON.stringify(path.join(import.meta.dirname, name));
    const script = `
    import { readdir, writeFile } from 'node:fs/promises';
    import { ensureEntry } from ${file('ensure-entry.ts')};
    import { openStore } from ${file('open-store.ts')};
    import { createContext } from ${file('../context.ts')};
    import { removeEntry } from ${file('remove-entry.ts')};
    const ctx = createContext();
    const paths = { ...${JSON.stringify(store)}, maxBytes: Infinity, maxAgeMs: Infinity };
    const build = (MiB) => async (_ctx, { entryHostPath }) => {
      await writeFile(entryHostPath + '/memory', Buffer.alloc(MiB * 1024 * 1024, 1));
      return { description: '', packages: {} };
    };
    const said = [];
    const reasonOf = (error) => said.push(error.failure?.reason ?? String(error));
    const use = async (digit, MiB) => {
      await using store = await openStore(ctx, paths);
      await ensureEntry(ctx, store, { kind: 'booted', digest: digit.repeat(32), artefact: 'template' }, build(MiB));
    };
    await use('d', 1);
    await use('e', 8).catch(reasonOf);
    await writeFile(paths.rootHostPath + '/ballast', Buffer.alloc(8 * 1024 * 1024)).catch((error) => said.push(error.code));
    await use('e', 1).catch(reasonOf);
    said.push((await removeEntry(ctx, paths, ${JSON.stringify(name)})).state);
    for (const area of ['tmp', 'work', 'locks', 'holds']) said.push(...(await readdir(paths.rootHostPath + '/' + area)));
    console.log(said.join(' '), (await readdir(paths.rootHostPath)).filter((name) => name.startsWith('booted')).length);`;
    await mkdir(store.rootHostPath);
    const shell = 'mount -t tmpfs -o size=4m small "$1" && shift && exec "$@"';
    const node = [process.execPath, '--disable-warning=ExperimentalWarning', '--input-type=module-typescript', '-e', script];
    const { stdout } = await promisify(execFile)('unshare', ['--mount', 'sh', '-c', shell, 'sh', store.rootHostPath, ...node]);
    assert.equal(stdout, 'disk-full ENOSPC disk-full removed 0\n');
  },
);

test('what is no entry’s name is no entry', async () => {
  await assert.rejects(removeEntry(createTestContext(), store, '../elsewhere'), /is not the name of a cache entry/);
});
