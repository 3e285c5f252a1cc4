// A part of `npm run test:collect`: the round trip of three arrays.
import assert from 'node:assert/strict';
import { test } from 'node:test';
import { arrays } from './collect/arrays.ts';
import { collectBusy, findStrace } from './collect/busy-host.ts';
import { tryRoundTrip } from './collect/round-trip.ts';
import { openLabProject } from './rig/lab.ts';

// The first lab builds the images.
const timeout = 900_000;

for (const name of ['as people have it', 'stray single chunks', 'a missing member']) {
  test(`what is collected of an array is the array: ${name}`, { timeout }, async () => {
    await using lab = await openLabProject();
    assert.deepEqual(await tryRoundTrip(lab, arrays[name] ?? assert.fail(name)), []);
  });
}

const strace = findStrace();

test(
  'on a busy host it opens no block device for writing, and nothing is written',
  { timeout, skip: strace === undefined && 'no strace' },
  async (t) => {
    await using lab = await openLabProject();
    const { busySeconds, slowness, opened, blockDevices, writes } = await collectBusy(lab, strace ?? '');
    // The bar is two seconds; what a test's host is busy with besides is not ours to judge.
    t.diagnostic(`it took ${busySeconds.toFixed(2)} s in a lab where all takes ${slowness.toFixed(2)} times as long`);
    assert.equal(writes[1], writes[0]);
    assert.ok(opened.length > 100, String(opened.length));
    assert.ok(blockDevices.size > 0, 'as root it reads headers');
    const written = opened.filter(({ path, flags }) => /WRONLY|RDWR|CREAT/u.test(flags) && path !== '/dev/null');
    assert.deepEqual(
      written.filter(({ path }) => blockDevices.has(path)),
      [],
    );
    // The ways to device-mapper and btrfs are characters; a lock of cryptsetup's is a file in /run, named by the disk's numbers.
    assert.deepEqual(
      [...new Set(written.map(({ path }) => path))].filter((path) => !/^\/dev\/(?:mapper\/control|btrfs-control)$|^L_\d+:\d+$/u.test(path)),
      [],
    );
  },
);
