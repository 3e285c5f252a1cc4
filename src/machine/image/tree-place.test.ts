import assert from 'node:assert/strict';
import { test } from 'node:test';
import { allowsPrograms, availableBytes } from './tree-place.ts';

const mounts =
  '30 1 0:25 / / rw,relatime shared:1 - ext4 /dev/vda rw\n' +
  '31 30 0:26 / /dev/shm rw,nosuid,nodev,noexec - tmpfs shm rw,size=65536k\n' +
  '32 30 0:27 / /run/user rw,nosuid - tmpfs tmpfs rw\n';

test('memory is used only where programs may run in it', () => {
  assert.ok(!allowsPrograms(mounts, '/dev/shm'));
  assert.ok(allowsPrograms(mounts.replace(',noexec', ''), '/dev/shm'));
  assert.ok(!allowsPrograms(mounts, '/'), 'a disk is not memory');
  assert.ok(!allowsPrograms('', '/dev/shm'));
});

test('the last mount on a place is the one that counts', () => {
  assert.ok(allowsPrograms(`${mounts}33 31 0:28 / /dev/shm rw - tmpfs shm rw\n`, '/dev/shm'));
});

test('available memory is read from /proc/meminfo', () => {
  assert.equal(availableBytes('MemTotal:  4 kB\nMemAvailable:   2048 kB\n'), 2048 * 1024);
  assert.equal(availableBytes(''), 0);
});
