import assert from 'node:assert/strict';
import { chmod, mkdir, mkdtemp, rm } from 'node:fs/promises';
import path from 'node:path';
import { test } from 'node:test';
import { storeIn } from '../../cache/fixtures/store-in.ts';
import { failureOf } from '../../fixtures/scripted-peer.ts';
import { availableBytes, chooseTreePlace, findMount } from './tree-place.ts';

const mounts =
  '30 1 0:25 / / rw,relatime shared:1 - ext4 /dev/vda rw\n' +
  '31 30 0:26 / /dev/shm rw,nosuid,nodev,noexec - tmpfs shm rw,size=65536k\n' +
  '32 30 0:27 / /run/my\\040user rw,nosuid - tmpfs tmpfs rw\n';

test('a path lies on the mount that is nearest above it', () => {
  assert.deepEqual(findMount(mounts, '/dev/shm'), { hostPath: '/dev/shm', type: 'tmpfs', options: ['rw', 'nosuid', 'nodev', 'noexec'] });
  assert.equal(findMount(mounts, '/dev/shmaller')?.type, 'ext4');
  assert.equal(findMount(mounts, '/run/my user/below')?.hostPath, '/run/my user');
  assert.equal(findMount('', '/dev/shm'), undefined);
});

test('the last mount on a place is the one that counts', () => {
  assert.deepEqual(findMount(`${mounts}33 31 0:28 / /dev/shm rw - tmpfs shm rw\n`, '/dev/shm')?.options, ['rw']);
});

test('available memory is read from /proc/meminfo', () => {
  assert.equal(availableBytes('MemTotal:  4 kB\nMemAvailable:   2048 kB\n'), 2048 * 1024);
  assert.equal(availableBytes(''), 0);
});

test('a tree goes where others may enter, and where none may that is said', async () => {
  // Not below $TMPDIR, which may be closed itself.
  const place = await mkdtemp('/var/tmp/raidlab-test-');
  try {
    await chmod(place, 0o711);
    const [closed, open] = [path.join(place, 'closed'), path.join(place, 'open')];
    await mkdir(path.join(closed, 'below'), { recursive: true });
    await mkdir(open);
    await chmod(path.join(closed, 'below'), 0o755);
    await chmod(closed, 0o700);
    await chmod(open, 0o711);
    const missing = path.join(place, 'missing');
    const store = { ...storeIn(place), memoryHostPath: missing };
    assert.equal(await chooseTreePlace({ ...store, temporaryHostPaths: [path.join(closed, 'below'), open] }), open);
    const failure = await failureOf(chooseTreePlace({ ...store, temporaryHostPaths: [path.join(closed, 'below'), missing] }));
    assert.ok(failure.reason === 'no-open-directory');
    assert.deepEqual(failure.unfit, [`${closed} is closed to others (${closed}/below)`, `${missing} is not there`]);
  } finally {
    await rm(place, { recursive: true });
  }
});
