import assert from 'node:assert/strict';
import path from 'node:path';
import { test } from 'node:test';
import type { OpenStore } from '../../src/machine/cache/open-store.ts';
import { assertNothingLeft, inMemory, linesOf, openEmptyStore, startBuilder } from '../rig/image-builds.ts';

/** Runs a command where a disk of that size is mounted on a directory; then prints what is left on that disk, each with "left" before it. */
function onSmallDisk(hostPath: string, sizeMiB: number, command: readonly string[]): readonly string[] {
  const script =
    'mount -t tmpfs -o "size=$1m" small "$2"; place=$2; shift 2; "$@"; status=$?; find "$place" -mindepth 1 -printf "left %p\\n"; exit "$status"';
  return ['unshare', '--mount', 'sh', '-c', script, 'sh', String(sizeMiB), hostPath, ...command];
}

/** Builds in that store, and wants to be told which disk is full, and nothing left. */
async function expectFull(store: OpenStore, fullHostPath: string, wrapper: readonly string[]): Promise<void> {
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
}

test('the disk of the cache is full: that is said, and nothing is left', async () => {
  await using store = await openEmptyStore('full-cache');
  await expectFull(store, store.rootHostPath, onSmallDisk(store.rootHostPath, 60, []));
});

test('the disk where packages are unpacked is full, and memory is short: that is said, and nothing is left', async () => {
  await using store = await openEmptyStore('full-temporary');
  await expectFull(store, store.runtimeHostPath, onSmallDisk(inMemory, 1, onSmallDisk(store.runtimeHostPath, 100, [])));
});
