// Templates as a person meets them: the whole of raidlab on a cache of its own, in the conditions that break caches.
import assert from 'node:assert/strict';
import { readdir } from 'node:fs/promises';
import { join } from 'node:path';
import { test } from 'node:test';
import type { RecordedEvent } from '../src/core/event.ts';
import { createTestContext } from '../src/machine/fixtures/scripted-peer.ts';
import { exitCodes } from '../src/core/exit-code.ts';
import { openPrivateCache } from './rig/private-cache.ts';
import type { PrivateCache } from './rig/private-cache.ts';
import { openTestDirectory, readEvents, typeRaidlab } from './rig/raidlab.ts';
import { typeWithMounts } from './rig/with-mounts.ts';

// The first run builds the images.
const timeout = 900_000;

/** What a run may leave nothing in. */
async function leftIn(cache: PrivateCache): Promise<readonly string[]> {
  const areas = ['tmp', 'work', 'locks', 'holds'];
  const names = await Promise.all(areas.map(async (area) => readdir(join(cache.rootHostPath, area)).catch((): string[] => [])));
  return names.flat();
}

/** Gives the script that puts a cache on a disk of that size. */
function onDisk(directoryHostPath: string, size: string, { rootHostPath, cacheHomeHostPath }: PrivateCache): string {
  const disk = `"${directoryHostPath}/disk"`;
  return `mkdir ${disk}; mount -t tmpfs -o size=${size} none ${disk}; cp -r "${rootHostPath}" ${disk}/; mount --bind ${disk} "${cacheHomeHostPath}"`;
}

const built = (events: readonly RecordedEvent[], what: RegExp): number =>
  events.filter((event) => event.type === 'image-built' && what.test(event.artefact)).length;

test('two processes that need the same templates at once: one makes each, both hold, nothing is left', { timeout }, async () => {
  const ctx = createTestContext();
  await using cache = await openPrivateCache(ctx);
  await using one = await openTestDirectory();
  await using other = await openTestDirectory();
  const env = { XDG_CACHE_HOME: cache.cacheHomeHostPath };
  const ends = await Promise.all(
    [one, other].map(async ({ hostPath }) => typeRaidlab(hostPath, ['drill', '--payload', '8MiB'], env).ended),
  );

  for (const { exitCode, stdout, stderr } of ends) assert.equal(exitCode, 0, stdout + stderr);
  const events = [...(await readEvents(one.hostPath)), ...(await readEvents(other.hostPath))];
  const templates = await cache.templates();
  assert.equal(built(events, /template of a built array/u), 1);
  assert.equal(built(events, /template/u), templates.length, templates.join(' '));
  assert.deepEqual(await leftIn(cache), []);
});

test('a /dev/shm that is too small for anything is no obstacle: templates do not need it', { timeout }, async () => {
  const ctx = createTestContext();
  await using cache = await openPrivateCache(ctx);
  await using directory = await openTestDirectory();
  const small = 'mount -t tmpfs -o size=64k none /dev/shm';
  const { exitCode, said } = await typeWithMounts(directory.hostPath, { before: small }, ['drill', 'kernel-crash'], {
    XDG_CACHE_HOME: cache.cacheHomeHostPath,
  });
  assert.equal(exitCode, exitCodes.crashed, said);
  assert.ok((await cache.templates()).length >= 2);
  assert.deepEqual(await leftIn(cache), []);
});

test(
  'a disk without room for a template: that is said, everything is booted, and the drill comes to its verdict all the same',
  { timeout },
  async () => {
    const ctx = createTestContext();
    await using cache = await openPrivateCache(ctx);
    await using directory = await openTestDirectory();
    // The images are 180 MB; the memory of a machine may need 1 GiB.
    const full = onDisk(directory.hostPath, '900m', cache);
    const { exitCode, said } = await typeWithMounts(directory.hostPath, { before: full }, ['drill', 'kernel-crash'], {
      XDG_CACHE_HOME: cache.cacheHomeHostPath,
    });
    assert.equal(exitCode, exitCodes.crashed, said);
    assert.match(said, /No template: no space left on the disk that holds .*The machine boots instead/u);
    const booted = (await readEvents(directory.hostPath)).flatMap((event) => (event.type === 'machine-booted' ? [event.from] : []));
    assert.deepEqual(new Set(booted), new Set(['kernel']));
  },
);

test('a disk that is full: exit 69, which disk, what to do, and nothing of ours is left on it', { timeout }, async () => {
  const ctx = createTestContext();
  await using cache = await openPrivateCache(ctx);
  await using directory = await openTestDirectory();
  const full = onDisk(directory.hostPath, '210m', cache);
  const list = `find "${cache.rootHostPath}/tmp" "${cache.rootHostPath}/work" -mindepth 1 -printf 'left: %p\\n'`;
  const { exitCode, said } = await typeWithMounts(directory.hostPath, { before: full, after: list }, ['drill'], {
    XDG_CACHE_HOME: cache.cacheHomeHostPath,
  });
  assert.equal(exitCode, 69, said);
  assert.match(said, /No space left on the disk that holds/u);
  assert.match(said, /XDG_CACHE_HOME/u);
  assert.doesNotMatch(said, /^left:/mu);
});
