import assert from 'node:assert/strict';
import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdtemp, readdir, readFile, rename, rm, stat, truncate, unlink, utimes, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { afterEach, beforeEach, test } from 'node:test';
import { setTimeout as delay } from 'node:timers/promises';
import type { EventBody } from '../../core/event.ts';
import { RaidlabError } from '../../core/failure/failure.ts';
import type { Context } from '../context.ts';
import { ensureEntry } from './ensure-entry.ts';
import type { EntryBuilder } from './ensure-entry.ts';
import type { CacheEntry } from './entry-record.ts';
import { listEntries } from './entries.ts';
import { storeIn } from './fixtures/store-in.ts';
import { removeLeftovers } from './leftovers.ts';
import { openStore } from './open-store.ts';
import type { OpenStore } from './open-store.ts';
import { areaHostPath } from './store.ts';
import { createContext } from '../context.ts';

const key = { kind: 'kernel', digest: 'd'.repeat(32), artefact: 'kernel of nowhere' };

let place: string;
let store: OpenStore;
let events: EventBody[];

beforeEach(async () => {
  place = await mkdtemp(path.join(tmpdir(), 'raidlab-test-'));
  events = [];
  store = await openStore(context(), storeIn(place));
});
afterEach(async () => {
  await store[Symbol.asyncDispose]();
  assert.deepEqual(await readdir(areaHostPath(store, 'holds')), []);
  await rm(place, { recursive: true, force: true });
  await rm(`${place}-waiting`, { force: true });
});

function context(signal = new AbortController().signal): Context {
  return createContext({ signal, emit: (event) => events.push(event) });
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
  assert.equal(first.cached, false);
  assert.deepEqual(await ensure(), { ...first, cached: true });
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
  const error = new RaidlabError({
    area: 'image',
    reason: 'mirror-unreachable',
    suite: 'trixie',
    hasNetwork: true,
    argv: ['mmdebstrap'],
    said: 'no',
  });
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
  const elsewhere = storeIn(path.join(place, 'cache'));
  await writeFile(elsewhere.rootHostPath, 'not a directory');
  await assert.rejects(openStore(context(), elsewhere), (error: unknown) => {
    assert.ok(error instanceof RaidlabError && error.failure.reason === 'not-writable');
    assert.equal(error.failure.hostPath, elsewhere.rootHostPath);
    return true;
  });
});

/** A raidlab of its own: opens the store, does that, releases everything. Prints the type of each event. */
function script(body: string): string {
  const file = (name: string): string => JSON.stringify(path.join(import.meta.dirname, name));
  return `
    import { ensureEntry } from ${file('ensure-entry.ts')};
    import { openStore } from ${file('open-store.ts')};
    import { appendFileSync, existsSync, readFileSync } from 'node:fs';
    import { writeFile } from 'node:fs/promises';
    const waiting = ${JSON.stringify(`${place}-waiting`)};
    let toldOfWaiting = false;
    const emit = (event) => {
      console.log(event.type);
      if (event.type === 'progress-made' && !toldOfWaiting) appendFileSync(waiting, '.');
      toldOfWaiting ||= event.type === 'progress-made';
    };
    const ctx = { signal: new AbortController().signal, emit };
    const key = ${JSON.stringify(key)};
    await using store = await openStore(ctx, ${JSON.stringify(store)});
    ${body}`;
}

test('of several processes that want an entry one builds, the others wait and use it', async () => {
  const slow = script(`await ensureEntry(ctx, store, key, async (_ctx, { entryHostPath }) => {
      while (!existsSync(waiting) || readFileSync(waiting, 'utf8') !== '...') await new Promise((resolve) => setTimeout(resolve, 5));
      await writeFile(entryHostPath + '/vmlinuz', 'kernel');
      return { description: 'a kernel', packages: {} };
    });`);
  const outputs = await Promise.all(Array.from({ length: 4 }, () => runScript(slow)));
  const all = outputs.flat();
  assert.equal(all.filter((type) => type === 'image-built').length, 1);
  assert.equal(all.filter((type) => type === 'image-ready').length, 4);
  assert.ok(outputs.filter((types) => types.includes('progress-made')).length === 3, 'those who wait say so');
  assert.deepEqual(await leftovers(), []);
});

test('two drills of one run that want an entry build it once, too', async () => {
  await using other = await openStore(context(), storeIn(place));
  const slow: EntryBuilder = async (ctx, workshop) => {
    while (!events.some(({ type }) => type === 'progress-made')) await delay(5);
    return build(ctx, workshop);
  };
  builds = 0;
  await Promise.all([ensure(slow), ensureEntry(context(), other, key, slow)]);
  assert.equal(builds, 1);
  const waited = events.find((event) => event.type === 'progress-made');
  assert.equal(waited?.type === 'progress-made' && waited.detail, 'another drill of this run is building it');
});

test('the lock of a builder that was killed is taken over', async () => {
  await runScript(script(`await ensureEntry(ctx, store, key, async () => process.kill(process.pid, 'SIGKILL'));`));
  assert.equal((await leftovers()).length, 2, 'the killed one leaves its lock and its half-built entry');
  builds = 0;
  await ensure();
  assert.equal(builds, 1);
  assert.equal((await readdir(areaHostPath(store, 'holds'))).length, 2, 'and its hold, for the sweeper');
  await removeLeftovers(context(), store);
  assert.equal((await readdir(areaHostPath(store, 'holds'))).length, 1);
});

test('the facts that a builder leaves come back with the entry', async () => {
  const facts = { uuids: ['0b6e'], stateBytes: 512 };
  const first = await ensure(async (ctx, workshop) => ({ ...(await build(ctx, workshop)), facts }));
  assert.deepEqual(first.record.facts, facts);
  assert.deepEqual((await ensure()).record.facts, facts);
});

test('contents are hashed again after the host was rebooted', async () => {
  const { hostPath } = await ensure();
  const [stamp = ''] = await readdir(areaHostPath(store, 'stamps'));
  const stampHostPath = path.join(areaHostPath(store, 'stamps'), stamp);
  const text = await readFile(stampHostPath, 'utf8');
  // The stamp that a look before the reboot would have left, of content that the crash has changed since.
  await writeFile(path.join(hostPath, 'vmlinuz'), 'kernal');
  const { ino, ctimeNs } = await stat(path.join(hostPath, 'vmlinuz'), { bigint: true });
  const changed = text.replace(/^vmlinuz .*$/mu, `vmlinuz ${String(ino)} ${String(ctimeNs)}`);
  events = [];
  await writeFile(stampHostPath, changed);
  await ensure();
  assert.deepEqual(
    events.map(({ type }) => type),
    ['image-ready'],
    'on the same boot the stamp is believed',
  );
  events = [];
  await writeFile(stampHostPath, changed.replace(/^boot .*$/mu, 'boot 00000000-0000-4000-8000-000000000000'));
  await ensure();
  assert.equal(events[0]?.type, 'cache-entry-rejected');
});

test('entries are listed with their size and last use', async () => {
  const { hostPath } = await ensure();
  const [entry] = await listEntries(context(), store);
  assert.equal(entry?.hostPath, hostPath);
  assert.equal(entry.record?.description, 'a kernel');
  assert.ok(entry.allocatedBytes > 0);
  assert.ok(Math.abs(entry.lastUsedMs - Date.now()) < 10_000);
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
