import assert from 'node:assert/strict';
import { spawn } from 'node:child_process';
import type { ChildProcess } from 'node:child_process';
import { once } from 'node:events';
import { mkdir, mkdtemp, open, readdir, readFile, rm, stat, writeFile } from 'node:fs/promises';
import path from 'node:path';
import { performance } from 'node:perf_hooks';
import { after, before, test } from 'node:test';
import { setTimeout as delay } from 'node:timers/promises';
import { RaidlabError } from '../src/core/failure.ts';
import { removeLeftovers } from '../src/machine/cache/leftovers.ts';
import { listEntries } from '../src/machine/cache/entries.ts';
import { ownerFileName } from '../src/machine/cache/owned-directory.ts';
import { currentOwner, judgeOwner, readOwner } from '../src/machine/cache/owner.ts';
import { openStore } from '../src/machine/cache/open-store.ts';
import type { OpenStore } from '../src/machine/cache/open-store.ts';
import { defaultCacheBound } from '../src/machine/cache/pick-evictions.ts';
import type { CacheStore } from '../src/machine/cache/store.ts';
import { ensureKernel } from '../src/machine/image/ensure-kernel.ts';
import { ensureTools } from '../src/machine/image/ensure-tools.ts';
import { createTestContext, failureOf } from '../src/machine/fixtures/scripted-peer.ts';

// Real builds, from the Debian mirror of this host, in caches of their own. One after the other: each test says what it leaves.
const choice = { suite: 'trixie' };

let place: string;
before(async () => {
  // Not below a private home: the directories that mmdebstrap's user namespace needs are made elsewhere, and that is tested too.
  place = await mkdtemp('/var/tmp/raidlab-test-');
});
after(async () => {
  await rm(place, { recursive: true, force: true });
});

async function openEmptyStore(name: string): Promise<OpenStore> {
  const temporaryHostPath = path.join(place, `${name}-temporary`);
  await mkdir(temporaryHostPath, { recursive: true });
  return await openStore(createTestContext(), {
    ...defaultCacheBound,
    rootHostPath: path.join(place, name),
    temporaryHostPath,
    memoryHostPath: '/dev/shm',
    runtimeHostPath: temporaryHostPath,
  });
}

const inMemory = '/dev/shm';
let treesBefore: readonly string[] = [];
before(async () => {
  treesBefore = await treesIn(inMemory);
});

async function treesIn(hostPath: string): Promise<readonly string[]> {
  return (await readdir(hostPath).catch(() => [])).filter((name) => name.startsWith('raidlab-'));
}

/** Nothing half-built, no lock, no hold but our own, no unpacked tree: neither in the store nor where trees are unpacked. */
async function assertNothingLeft(store: OpenStore): Promise<void> {
  for (const area of ['tmp', 'work', 'locks']) assert.deepEqual(await readdir(path.join(store.rootHostPath, area)), [], area);
  assert.equal((await readdir(path.join(store.rootHostPath, 'holds'))).length, store.heldNames().length);
  assert.deepEqual(await treesIn(store.temporaryHostPath), []);
  for (const name of await treesIn(inMemory)) {
    assert.ok(treesBefore.includes(name) || (await isSomebodyElses(path.join(inMemory, name))), `${name} is left in ${inMemory}`);
  }
}

/** Memory is everybody's: another raidlab that lives may build there meanwhile. What we and our children leave has an owner that is us, or dead. */
async function isSomebodyElses(hostPath: string): Promise<boolean> {
  const owner = await readOwner(path.join(hostPath, ownerFileName));
  const self = await currentOwner();
  return owner !== undefined && owner.pid !== self.pid && (await judgeOwner(owner, self)) === 'alive';
}

/** A raidlab of its own that builds the kernel in that store; prints each event, then its failure if there is one. */
function startBuilder(store: CacheStore, wrapper: readonly string[] = []): ChildProcess {
  const script = `
    import { ensureKernel } from ${JSON.stringify(path.resolve('src/machine/image/ensure-kernel.ts'))};
    import { openStore } from ${JSON.stringify(path.resolve('src/machine/cache/open-store.ts'))};
    const ctx = { signal: new AbortController().signal, emit: (event) => console.log(JSON.stringify(event)) };
    try {
      await using store = await openStore(ctx, ${JSON.stringify(store)});
      await ensureKernel(ctx, store, ${JSON.stringify(choice)});
    } catch (error) {
      console.log(JSON.stringify(error.failure ?? String(error)));
      process.exitCode = 1;
    }`;
  const argv = [...wrapper, process.execPath, '--disable-warning=ExperimentalWarning', '--input-type=module-typescript', '-e', script];
  return spawn(argv[0] ?? '', argv.slice(1), { stdio: ['ignore', 'pipe', 'inherit'] });
}

async function linesOf(child: ChildProcess): Promise<readonly string[]> {
  let text = '';
  child.stdout?.on('data', (chunk: Buffer) => (text += chunk.toString()));
  await once(child, 'close');
  return text.split('\n').filter((line) => line !== '');
}

async function until(what: string, condition: () => Promise<boolean>): Promise<void> {
  const giveUpMs = performance.now() + 60_000;
  while (!(await condition())) {
    assert.ok(performance.now() < giveUpMs, `waited a minute for ${what}`);
    await delay(50);
  }
}

test('with an empty cache the kernel and the tools are built, and then found', async (suite) => {
  await using store = await openEmptyStore('empty');
  const ctx = createTestContext();
  const kernel = await ensureKernel(ctx, store, choice);
  const tools = await ensureTools(ctx, store, choice);

  await suite.test('the files are there', async () => {
    assert.match(kernel.version, /^6\.12\..*-cloud-amd64$/);
    assert.match(kernel.description, /^trixie \(linux-image-cloud-amd64 6\.12\.\S+\)$/);
    assert.match(tools.description, /^trixie \(btrfs-progs 6\.\S+, cryptsetup 2\.\S+\)$/);
    for (const hostPath of [
      kernel.vmlinuzHostPath,
      kernel.initramfsHostPath,
      kernel.modulesHostPath,
      tools.rootHostPath,
      tools.systemHostPath,
    ]) {
      assert.ok((await stat(hostPath)).size > 1_000_000, hostPath);
    }
    assert.ok((await stat(tools.rootHostPath)).size < 80_000_000, 'the tools image stays small');
    for (const name of ['btrfs-progs', 'cryptsetup', 'udev', 'openssh-server']) assert.ok(tools.versions[name], name);
  });
  await suite.test('the build told how far it was', () => {
    const fractions = ctx.events.flatMap((event) =>
      event.type === 'progress-made' && event.what.includes('tools') ? [event.fraction ?? -1] : [],
    );
    assert.ok(fractions.length > 10);
    assert.deepEqual(
      fractions,
      fractions.toSorted((one, other) => one - other),
    );
  });
  await suite.test('nothing else is left', () => assertNothingLeft(store));
  await suite.test('the second time both are found, within a second', async () => {
    const startedMs = performance.now();
    const again = createTestContext();
    assert.deepEqual(await ensureKernel(again, store, choice), kernel);
    assert.deepEqual(await ensureTools(again, store, choice), tools);
    assert.deepEqual(
      again.events.map(({ type }) => type),
      ['image-ready', 'image-ready'],
    );
    assert.ok(performance.now() - startedMs < 1000);
  });
  await suite.test('an image that was damaged is noticed and built anew, with the same bytes', async () => {
    const before = await readFile(kernel.initramfsHostPath);
    const file = await open(kernel.initramfsHostPath, 'r+');
    await file.write('damage', 1000);
    await file.close();
    const repairing = createTestContext();
    await ensureKernel(repairing, store, choice);
    const rejected = repairing.events.find((event) => event.type === 'cache-entry-rejected');
    assert.ok(rejected?.type === 'cache-entry-rejected' && rejected.why.includes('initramfs.cpio'));
    assert.ok(before.equals(await readFile(kernel.initramfsHostPath)));
    await assertNothingLeft(store);
  });
});

test('two at once build one kernel', async () => {
  await using store = await openEmptyStore('two');
  const builders = [startBuilder(store), startBuilder(store)];
  const lines = (await Promise.all(builders.map(linesOf))).flat();
  assert.deepEqual(
    builders.map(({ exitCode }) => exitCode),
    [0, 0],
  );
  assert.equal(lines.filter((line) => line.includes('"image-built"')).length, 1);
  assert.equal(lines.filter((line) => line.includes('"image-ready"')).length, 2);
  assert.ok(lines.some((line) => line.includes('another raidlab')));
  await assertNothingLeft(store);
});

test('an interrupt in the middle of a build leaves nothing', async () => {
  await using store = await openEmptyStore('interrupted');
  const ctx = createTestContext();
  const building = failureOf(ensureKernel(ctx, store, choice));
  await until('the build to fetch packages', () =>
    Promise.resolve(ctx.events.some((event) => event.type === 'progress-made' && (event.fraction ?? 0) > 0.25)),
  );
  ctx.abort(new RaidlabError({ area: 'host', reason: 'interrupted', signal: 'SIGINT' }));
  assert.equal((await building).reason, 'interrupted');
  await assertNothingLeft(store);
  assert.deepEqual(await listEntries(createTestContext(), store), []);
});

test('what a killed build leaves is removed by the next raidlab', async () => {
  await using store = await openEmptyStore('killed');
  const builder = startBuilder(store);
  const lines = linesOf(builder);
  await until('the build to unpack', async () => (await bootstraps(store)).length > 0);
  await delay(1500);
  builder.kill('SIGKILL');
  await lines;
  await until('mmdebstrap to end with its parent', async () => (await bootstraps(store)).length === 0);
  const ctx = createTestContext();
  await removeLeftovers(ctx, store);
  assert.ok(ctx.events.some((event) => event.type === 'leftover-removed' && event.what === 'half-built cache entry'));
  await assertNothingLeft(store);
});

/** The pids of mmdebstrap processes that write to that store. */
async function bootstraps(store: CacheStore): Promise<readonly string[]> {
  const found: string[] = [];
  for (const pid of (await readdir('/proc')).filter((name) => /^\d+$/.test(name))) {
    const commandLine = await readFile(`/proc/${pid}/cmdline`, 'utf8').catch(() => '');
    if (commandLine.includes('mmdebstrap') && commandLine.includes(store.rootHostPath)) found.push(pid);
  }
  return found;
}

test('a mirror that cannot be reached is named as such', async () => {
  await using store = await openEmptyStore('unreachable');
  // Port 9 is discard: nobody listens.
  const failure = await failureOf(ensureKernel(createTestContext(), store, choice, { everySuite: 'http://127.0.0.1:9/debian' }));
  assert.ok(failure.reason === 'mirror-unreachable');
  assert.match(failure.said, /127\.0\.0\.1/);
  await assertNothingLeft(store);
});

test('a cache that cannot be written is named as such', async () => {
  const rootHostPath = path.join(place, 'not-a-directory');
  await writeFile(rootHostPath, '');
  const store = { ...defaultCacheBound, rootHostPath, temporaryHostPath: place, memoryHostPath: place, runtimeHostPath: place };
  const failure = await failureOf(openStore(createTestContext(), store));
  assert.ok(failure.reason === 'not-writable');
  assert.equal(failure.hostPath, rootHostPath);
});

const isRoot = process.getuid?.() === 0;

/** Runs a command where a disk of that size is mounted on a directory; then prints what is left on that disk, each with "left" before it. */
function onSmallDisk(hostPath: string, sizeMiB: number, command: readonly string[]): readonly string[] {
  const script =
    'mount -t tmpfs -o "size=$1m" small "$2"; place=$2; shift 2; "$@"; status=$?; find "$place" -mindepth 1 -printf "left %p\\n"; exit "$status"';
  return ['unshare', '--mount', 'sh', '-c', script, 'sh', String(sizeMiB), hostPath, ...command];
}

test(
  'a disk that fills up is named as such, whichever it is, and nothing is left',
  { skip: !isRoot && 'needs root to mount a small disk' },
  async (suite) => {
    const expectFull = async (store: OpenStore, fullHostPath: string, wrapper: readonly string[]): Promise<void> => {
      const builder = startBuilder(store, wrapper);
      const lines = await linesOf(builder);
      assert.equal(builder.exitCode, 1);
      const said = lines.find((line) => line.includes('"reason"')) ?? '';
      const failure = JSON.parse(said) as { readonly reason: string; readonly hostPath: string };
      assert.equal(failure.reason, 'disk-full', said);
      assert.ok(failure.hostPath.startsWith(fullHostPath), failure.hostPath);
      // The store's directories, and nothing in them.
      const left = lines.filter((line) => line.startsWith('left ')).map((line) => path.relative(fullHostPath, line.slice('left '.length)));
      assert.deepEqual(
        left.filter((name) => !['tmp', 'work', 'locks', 'holds', 'stamps'].includes(name)),
        [],
      );
      await assertNothingLeft(store);
    };
    await suite.test('the disk of the cache', async () => {
      await using store = await openEmptyStore('full-cache');
      await expectFull(store, store.rootHostPath, onSmallDisk(store.rootHostPath, 60, []));
    });
    await suite.test('the disk where packages are unpacked, when memory is short', async () => {
      await using store = await openEmptyStore('full-temporary');
      await expectFull(store, store.temporaryHostPath, onSmallDisk(inMemory, 1, onSmallDisk(store.temporaryHostPath, 100, [])));
    });
  },
);
