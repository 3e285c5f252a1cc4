import assert from 'node:assert/strict';
import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdtemp, readdir, readFile, rename, rm, stat, truncate, unlink, utimes, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { afterEach, beforeEach, test } from 'node:test';
import type { EventBody } from '../../core/event.ts';
import { RaidlabError } from '../../core/failure.ts';
import type { Context } from '../context.ts';
import { ensureEntry } from './ensure-entry.ts';
import type { CacheEntry, EntryBuilder } from './ensure-entry.ts';
import { listEntries, removeEntry } from './entries.ts';
import type { CacheStore } from './store.ts';

const key = { kind: 'kernel', digest: 'd'.repeat(32), artefact: 'kernel of nowhere' };

let place: string;
let store: CacheStore;
let events: EventBody[];

beforeEach(async () => {
  place = await mkdtemp(path.join(tmpdir(), 'raidlab-test-'));
  store = { rootHostPath: path.join(place, 'cache'), temporaryHostPath: place, memoryHostPath: place, runtimeHostPath: place };
  events = [];
});
afterEach(async () => {
  await rm(place, { recursive: true, force: true });
});

function context(signal = new AbortController().signal): Context {
  return { signal, emit: (event) => events.push(event) };
}

let builds = 0;
const build: EntryBuilder = async (_ctx, { entryHostPath }) => {
  builds += 1;
  await writeFile(path.join(entryHostPath, 'vmlinuz'), 'kernel');
  await writeFile(path.join(entryHostPath, 'modules.erofs'), 'modules');
  return { description: 'a kernel', packages: { linux: '1' } };
};

async function ensure(builder = build): Promise<CacheEntry> {
  return await ensureEntry(context(), store, key, builder);
}

/** What is in the store besides the entry. */
async function leftovers(): Promise<readonly string[]> {
  const left: string[] = [];
  for (const area of ['tmp', 'work', 'locks']) {
    for (const name of await readdir(path.join(store.rootHostPath, area)).catch(() => [])) left.push(`${area}/${name}`);
  }
  return [...left, ...(await readdir(place)).filter((name) => name !== 'cache')];
}

test('an entry is built once and found from then on', async () => {
  builds = 0;
  const first = await ensure();
  assert.deepEqual(await ensure(), first);
  assert.equal(builds, 1);
  assert.equal(await readFile(path.join(first.hostPath, 'vmlinuz'), 'utf8'), 'kernel');
  assert.deepEqual(
    events.map((event) => (event.type === 'image-ready' ? `ready ${String(event.cached)}` : event.type)),
    ['image-build-started', 'image-built', 'ready false', 'ready true'],
  );
  assert.deepEqual(await leftovers(), []);
});

const damages: Readonly<Record<string, (hostPath: string) => Promise<void>>> = {
  'a missing file': (hostPath) => unlink(path.join(hostPath, 'vmlinuz')),
  'a file cut short': (hostPath) => truncate(path.join(hostPath, 'vmlinuz'), 3),
  'other content of the same size': (hostPath) => writeFile(path.join(hostPath, 'vmlinuz'), 'kernal'),
  'a record cut short': (hostPath) => truncate(path.join(hostPath, 'entry.json'), 100),
  'no record': (hostPath) => unlink(path.join(hostPath, 'entry.json')),
};

for (const [damage, inflict] of Object.entries(damages)) {
  test(`an entry with ${damage} is rejected and built anew`, async () => {
    const { hostPath } = await ensure();
    await ensure();
    await inflict(hostPath);
    builds = 0;
    events = [];
    await ensure();
    assert.equal(builds, 1);
    assert.deepEqual(
      events.map((event) => event.type),
      ['cache-entry-rejected', 'image-build-started', 'image-built', 'image-ready'],
    );
    assert.equal(await readFile(path.join(hostPath, 'vmlinuz'), 'utf8'), 'kernel');
    assert.deepEqual(await leftovers(), []);
  });
}

test('another entry’s directory under this name is rejected', async () => {
  const { hostPath } = await ensure();
  const other = `kernel-${'e'.repeat(32)}`;
  await rename(hostPath, path.join(store.rootHostPath, other));
  events = [];
  await ensureEntry(context(), store, { ...key, digest: 'e'.repeat(32) }, build);
  assert.equal(events[0]?.type, 'cache-entry-rejected');
});

test('a file that was only touched is hashed again and accepted', async () => {
  const { hostPath } = await ensure();
  await utimes(path.join(hostPath, 'vmlinuz'), 1, 1);
  builds = 0;
  await ensure();
  assert.equal(builds, 0);
});

test('a build that fails leaves nothing, and its error comes through', async () => {
  const error = new RaidlabError({ area: 'image', reason: 'mirror-unreachable', suite: 'trixie', argv: ['mmdebstrap'], said: 'no' });
  await assert.rejects(
    ensure(async (_ctx, { entryHostPath, work }) => {
      await writeFile(path.join(entryHostPath, 'half'), 'x');
      await work.openOutside(place, 0o711);
      throw error;
    }),
    error,
  );
  assert.deepEqual(await leftovers(), []);
  assert.deepEqual(await listEntries(context(), store), []);
});

test('a build that is interrupted leaves nothing', async () => {
  const controller = new AbortController();
  const reason = new RaidlabError({ area: 'host', reason: 'interrupted', signal: 'SIGINT' });
  const building = ensureEntry(context(controller.signal), store, key, async (ctx, workshop) => {
    const built = await build(ctx, workshop);
    controller.abort(reason);
    return built;
  });
  await assert.rejects(building, reason);
  assert.deepEqual(await leftovers(), []);
  assert.deepEqual(await listEntries(context(), store), []);
});

test('a file in the place of the cache is a failure that names it', async () => {
  await writeFile(store.rootHostPath, 'not a directory');
  await assert.rejects(ensure(), (error: unknown) => {
    assert.ok(error instanceof RaidlabError && error.failure.reason === 'not-writable');
    assert.equal(error.failure.hostPath, store.rootHostPath);
    return true;
  });
});

test('of several processes that want an entry one builds, the others wait and use it', async () => {
  const script = `
    import { ensureEntry } from ${JSON.stringify(path.join(import.meta.dirname, 'ensure-entry.ts'))};
    import { writeFile } from 'node:fs/promises';
    const ctx = { signal: new AbortController().signal, emit: (event) => console.log(event.type) };
    await ensureEntry(ctx, ${JSON.stringify(store)}, ${JSON.stringify(key)}, async (_ctx, { entryHostPath }) => {
      await new Promise((resolve) => setTimeout(resolve, 700));
      await writeFile(entryHostPath + '/vmlinuz', 'kernel');
      return { description: 'a kernel', packages: {} };
    });`;
  const outputs = await Promise.all(Array.from({ length: 4 }, () => runScript(script)));
  const all = outputs.flat();
  assert.equal(all.filter((type) => type === 'image-built').length, 1);
  assert.equal(all.filter((type) => type === 'image-ready').length, 4);
  assert.ok(all.includes('progress-made'), 'those who wait say so');
  assert.deepEqual(await leftovers(), []);
});

test('the lock of a builder that was killed is taken over', async () => {
  const script = `
    import { ensureEntry } from ${JSON.stringify(path.join(import.meta.dirname, 'ensure-entry.ts'))};
    const ctx = { signal: new AbortController().signal, emit: (event) => undefined };
    await ensureEntry(ctx, ${JSON.stringify(store)}, ${JSON.stringify(key)}, async () => {
      process.kill(process.pid, 'SIGKILL');
    });`;
  await runScript(script);
  assert.equal((await leftovers()).length, 2, 'the killed one leaves its lock and its half-built entry');
  builds = 0;
  await ensure();
  assert.equal(builds, 1);
});

test('entries are listed with their size and can be removed', async () => {
  const { hostPath } = await ensure();
  const [entry] = await listEntries(context(), store);
  assert.equal(entry?.hostPath, hostPath);
  assert.equal(entry.record?.description, 'a kernel');
  assert.ok(entry.allocatedBytes > 0);
  await removeEntry(context(), store, entry.name);
  await removeEntry(context(), store, entry.name);
  assert.deepEqual(await listEntries(context(), store), []);
  assert.deepEqual(await leftovers(), []);
  await assert.rejects(removeEntry(context(), store, '../elsewhere'), /is not the name of a cache entry/);
  await assert.rejects(stat(hostPath));
});

async function runScript(script: string): Promise<readonly string[]> {
  const child = spawn(process.execPath, ['--disable-warning=ExperimentalWarning', '--input-type=module-typescript', '-e', script], {
    stdio: ['ignore', 'pipe', 'inherit'],
  });
  let output = '';
  child.stdout.on('data', (chunk: Buffer) => (output += chunk.toString()));
  await once(child, 'close');
  return output.split('\n').filter((line) => line !== '');
}
