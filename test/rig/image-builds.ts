import assert from 'node:assert/strict';
import { spawn } from 'node:child_process';
import type { ChildProcess } from 'node:child_process';
import { once } from 'node:events';
import { chmod, mkdir, mkdtemp, readdir, rm, stat } from 'node:fs/promises';
import path from 'node:path';
import { performance } from 'node:perf_hooks';
import { after, before } from 'node:test';
import { setTimeout as delay } from 'node:timers/promises';
import { ownerFileName } from '../../src/machine/cache/owned-directory.ts';
import { currentOwner, judgeOwner, readOwner } from '../../src/machine/cache/owner.ts';
import { openStore } from '../../src/machine/cache/open-store.ts';
import type { OpenStore } from '../../src/machine/cache/open-store.ts';
import { defaultCacheBound } from '../../src/machine/cache/pick-evictions.ts';
import type { CacheStore } from '../../src/machine/cache/store.ts';
import { createTestContext } from '../../src/machine/fixtures/scripted-peer.ts';

// Real builds, from the Debian mirror of this host, in caches of their own. One after the other: each test says what it leaves.

/** What is built in these tests. */
export const choice = { suite: 'trixie' };

/** Where the stores of a test file are; gone after its tests. */
export let place: string;
before(async () => {
  // Not below a private home, nor closed: a user namespace must get into the directories where packages are unpacked.
  place = await mkdtemp('/var/tmp/raidlab-test-');
  await chmod(place, 0o711);
});
after(async () => {
  await rm(place, { recursive: true, force: true });
});

/** Opens a store of a test's own with nothing in it. */
export async function openEmptyStore(name: string): Promise<OpenStore> {
  const temporaryHostPath = path.join(place, `${name}-temporary`);
  await mkdir(temporaryHostPath, { recursive: true });
  await chmod(temporaryHostPath, 0o711);
  return await openStore(createTestContext(), {
    ...defaultCacheBound,
    rootHostPath: path.join(place, name),
    temporaryHostPaths: [temporaryHostPath],
    memoryHostPath: '/dev/shm',
    runtimeHostPath: temporaryHostPath,
  });
}

/** Where trees are unpacked when there is room. */
export const inMemory = '/dev/shm';
let treesBefore: readonly string[] = [];
before(async () => {
  treesBefore = await treesIn(inMemory);
});

async function treesIn(hostPath: string): Promise<readonly string[]> {
  return (await readdir(hostPath).catch(() => [])).filter((name) => name.startsWith('raidlab-'));
}

/** Nothing half-built, no lock, no hold but our own, no unpacked tree: neither in the store nor where trees are unpacked. */
export async function assertNothingLeft(store: OpenStore): Promise<void> {
  for (const area of ['tmp', 'work', 'locks']) assert.deepEqual(await readdir(path.join(store.rootHostPath, area)), [], area);
  assert.equal((await readdir(path.join(store.rootHostPath, 'holds'))).length, store.heldNames().length);
  assert.deepEqual(await treesIn(store.runtimeHostPath), []);
  for (const name of await treesIn(inMemory)) {
    assert.ok(treesBefore.includes(name) || (await isSomebodyElses(path.join(inMemory, name))), `${name} is left in ${inMemory}`);
  }
}

/** Memory is everybody's: another raidlab that lives may build there meanwhile. What we and our children leave has an owner that is us, or dead. */
async function isSomebodyElses(hostPath: string): Promise<boolean> {
  // Another user's cannot be read.
  if ((await stat(hostPath)).uid !== process.getuid?.()) return true;
  const owner = await readOwner(path.join(hostPath, ownerFileName));
  const self = await currentOwner();
  return owner !== undefined && owner.pid !== self.pid && (await judgeOwner(owner, self)) === 'alive';
}

/** A raidlab of its own that builds the kernel in that store; prints each event, then its failure if there is one. */
export function startBuilder(store: CacheStore, wrapper: readonly string[] = []): ChildProcess {
  const script = `
    import { ensureKernel } from ${JSON.stringify(path.resolve('src/machine/image/kernel/ensure-kernel.ts'))};
    import { openStore } from ${JSON.stringify(path.resolve('src/machine/cache/open-store.ts'))};
    import { createTimeFactor } from ${JSON.stringify(path.resolve('src/machine/time-factor.ts'))};
    const emit = (event) => console.log(JSON.stringify(event));
    const ctx = { signal: new AbortController().signal, emit, timeFactor: createTimeFactor() };
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

/** Gives the lines of standard output of a child that has ended. */
export async function linesOf(child: ChildProcess): Promise<readonly string[]> {
  let text = '';
  child.stdout?.on('data', (chunk: Buffer) => (text += chunk.toString()));
  await once(child, 'close');
  return text.split('\n').filter((line) => line !== '');
}

/** Waits for a condition; fails after a minute. */
export async function until(what: string, condition: () => Promise<boolean>): Promise<void> {
  const giveUpMs = performance.now() + 60_000;
  while (!(await condition())) {
    assert.ok(performance.now() < giveUpMs, `waited a minute for ${what}`);
    await delay(50);
  }
}
