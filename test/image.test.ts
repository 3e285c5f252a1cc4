import assert from 'node:assert/strict';
import { open, readdir, readFile, stat, writeFile } from 'node:fs/promises';
import path from 'node:path';
import { performance } from 'node:perf_hooks';
import { test } from 'node:test';
import { setTimeout as delay } from 'node:timers/promises';
import { RaidlabError } from '../src/core/failure/failure.ts';
import { listEntries } from '../src/machine/cache/entries.ts';
import { removeLeftovers } from '../src/machine/cache/leftovers.ts';
import { openStore } from '../src/machine/cache/open-store.ts';
import { defaultCacheBound } from '../src/machine/cache/pick-evictions.ts';
import type { CacheStore } from '../src/machine/cache/store.ts';
import { createTestContext, failureOf } from '../src/machine/fixtures/scripted-peer.ts';
import { ensureKernel } from '../src/machine/image/kernel/ensure-kernel.ts';
import { ensureTools } from '../src/machine/image/tools/ensure-tools.ts';
import { assertNothingLeft, choice, linesOf, openEmptyStore, place, startBuilder, until } from './rig/image-builds.ts';

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
  const store = { ...defaultCacheBound, rootHostPath, temporaryHostPaths: [place], memoryHostPath: place, runtimeHostPath: place };
  const failure = await failureOf(openStore(createTestContext(), store));
  assert.ok(failure.reason === 'not-writable');
  assert.equal(failure.hostPath, rootHostPath);
});
