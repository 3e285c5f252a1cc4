import assert from 'node:assert/strict';
import { mkdtemp, readFile, rm, stat, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { after, before, test } from 'node:test';
import { createDiskImage, createOverlay } from './disk-image.ts';
import { createTestContext, failureOf } from './fixtures/scripted-peer.ts';

let directory = '';
before(async () => {
  directory = await mkdtemp(join(tmpdir(), 'raidlab-test-'));
});
after(() => rm(directory, { recursive: true }));

test('a new disk image has its size and takes no space', async () => {
  const hostPath = join(directory, 'DISK1.img');
  await createDiskImage(createTestContext(), hostPath, 1024 ** 3);
  const { size, blocks, mode } = await stat(hostPath);
  assert.deepEqual([size, blocks, mode & 0o777], [1024 ** 3, 0, 0o600]);
});

test('an image that is there is never overwritten', async () => {
  const hostPath = join(directory, 'precious.img');
  await writeFile(hostPath, 'precious');
  const failures = await Promise.all([
    failureOf(createDiskImage(createTestContext(), hostPath, 1024)),
    failureOf(createOverlay(createTestContext(), { hostPath, backingHostPath: '/dev/null', backingFormat: 'raw' })),
  ]);
  for (const { reason } of failures) assert.equal(reason, 'not-writable');
  assert.equal(await readFile(hostPath, 'utf8'), 'precious');
});

test('an overlay names its backing image and format', async () => {
  const backingHostPath = join(directory, 'system.ext4');
  const hostPath = join(directory, 'system.qcow2');
  await createDiskImage(createTestContext(), backingHostPath, 64 * 1024 * 1024);
  await createOverlay(createTestContext(), { hostPath, backingHostPath, backingFormat: 'raw' });
  const header = await readFile(hostPath);
  assert.equal(header.toString('latin1', 0, 3), 'QFI');
  assert.ok(header.includes(backingHostPath));
});

test('an overlay of nothing fails and leaves nothing', async () => {
  const hostPath = join(directory, 'orphan.qcow2');
  const overlay = { hostPath, backingHostPath: join(directory, 'nowhere.img'), backingFormat: 'raw' } as const;
  assert.equal((await failureOf(createOverlay(createTestContext(), overlay))).reason, 'command-failed');
  await assert.rejects(stat(hostPath));
});
