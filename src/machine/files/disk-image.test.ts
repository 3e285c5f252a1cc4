import assert from 'node:assert/strict';
import { execFile } from 'node:child_process';
import { mkdtemp, readFile, rm, stat, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { after, before, test } from 'node:test';
import { promisify } from 'node:util';
import { createDiskImage, createOverlay } from './disk-image.ts';
import { createTestContext, failureOf } from '../fixtures/scripted-peer.ts';

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

const run = promisify(execFile);

for (const sizeBytes of [64 * 1024 * 1024, 1024 ** 3, 1024 ** 3 + 512, 3 * 1024 ** 4]) {
  test(`QEMU finds an overlay of ${String(sizeBytes)} bytes whole, empty, and as large as what it lies over`, async () => {
    const backingHostPath = join(directory, `über ${String(sizeBytes)}.raw`);
    const hostPath = join(directory, `${String(sizeBytes)}.qcow2`);
    const secondHostPath = join(directory, `${String(sizeBytes)}-second.qcow2`);
    await createDiskImage(createTestContext(), backingHostPath, sizeBytes);
    await createOverlay(createTestContext(), { hostPath, backingHostPath, backingFormat: 'raw' });
    await createOverlay(createTestContext(), { hostPath: secondHostPath, backingHostPath: hostPath, backingFormat: 'qcow2' });
    for (const [image, backing, format] of [
      [hostPath, backingHostPath, 'raw'],
      [secondHostPath, hostPath, 'qcow2'],
    ] as const) {
      const { stdout } = await run('qemu-img', ['info', '--output=json', image]);
      const info = JSON.parse(stdout) as Record<string, unknown>;
      assert.deepEqual(
        [info['virtual-size'], info['backing-filename'], info['backing-filename-format'], info['cluster-size']],
        [sizeBytes, backing, format, 65536],
      );
      await run('qemu-img', ['check', '-q', image]);
      assert.equal((await stat(image)).mode & 0o777, 0o600);
    }
  });
}

test('what is written into an overlay stays out of what it lies over', async () => {
  const backingHostPath = join(directory, 'below.raw');
  const hostPath = join(directory, 'above.qcow2');
  await createDiskImage(createTestContext(), backingHostPath, 1024 ** 2);
  await createOverlay(createTestContext(), { hostPath, backingHostPath, backingFormat: 'raw' });
  await run('qemu-io', ['-f', 'qcow2', '-c', 'write -P 7 512k 64k', hostPath]);
  const { stdout } = await run('qemu-io', ['-f', 'qcow2', '-c', 'read -P 7 512k 64k', '-c', 'read -P 0 0 512k', hostPath]);
  assert.doesNotMatch(stdout, /fail/iu);
  assert.equal(
    (await readFile(backingHostPath)).findIndex((byte) => byte !== 0),
    -1,
  );
  await run('qemu-img', ['check', '-q', hostPath]);
});

test('an overlay of nothing fails and leaves nothing', async () => {
  const hostPath = join(directory, 'orphan.qcow2');
  const overlay = { hostPath, backingHostPath: join(directory, 'nowhere.img'), backingFormat: 'raw' } as const;
  assert.equal((await failureOf(createOverlay(createTestContext(), overlay))).reason, 'command-failed');
  await assert.rejects(stat(hostPath));
});
