import assert from 'node:assert/strict';
import { mkdtemp, readFile, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { test } from 'node:test';
import { createDiskImage, createOverlay } from '../files/disk-image.ts';
import { createTestContext, failureOf } from '../fixtures/scripted-peer.ts';
import type { DiskSpec } from '../machine.ts';
import { damageDisk } from './damage-image.ts';

async function openDirectory(): Promise<AsyncDisposable & { readonly hostPath: string }> {
  const hostPath = await mkdtemp(join(tmpdir(), 'raidlab-test-'));
  return { hostPath, [Symbol.asyncDispose]: () => rm(hostPath, { recursive: true }) };
}

const ctx = createTestContext();
const sizeBytes = 1024 * 1024;

test('a raw image changes where it is told to, and again when it is done again', async () => {
  await using directory = await openDirectory();
  const disk: DiskSpec = { serial: 'DISK1', hostPath: join(directory.hostPath, 'DISK1.img'), format: 'raw' };
  await createDiskImage(ctx, disk.hostPath, sizeBytes);
  const expected = Buffer.alloc(sizeBytes);
  const at = [
    { offsetBytes: 4096, lengthBytes: 4096 },
    { offsetBytes: 100_001, lengthBytes: 1 },
  ];
  for (const byte of [0x5a, 0xa5, 0x5a]) {
    await damageDisk(ctx, disk, { kind: 'silent-corruption', disk: 'DISK1', at });
    for (const { offsetBytes, lengthBytes } of at) expected.fill(byte, offsetBytes, offsetBytes + lengthBytes);
    assert.ok((await readFile(disk.hostPath)).equals(expected));
  }
  await damageDisk(ctx, disk, { kind: 'header-wipe', disk: 'DISK1', lengthBytes: 6000 });
  assert.ok((await readFile(disk.hostPath)).equals(expected.fill(0, 0, 6000)));
});

test('an overlay changes, and what it lies over does not', async () => {
  await using directory = await openDirectory();
  const backingHostPath = join(directory.hostPath, 'backing.img');
  const disk: DiskSpec = { serial: 'DISK1', hostPath: join(directory.hostPath, 'DISK1.qcow2'), format: 'qcow2' };
  await createDiskImage(ctx, backingHostPath, sizeBytes);
  await createOverlay(ctx, { hostPath: disk.hostPath, backingHostPath, backingFormat: 'raw' });
  await damageDisk(ctx, disk, { kind: 'silent-corruption', disk: 'DISK1', at: [{ offsetBytes: 4096, lengthBytes: 4096 }] });
  assert.ok((await readFile(backingHostPath)).equals(Buffer.alloc(sizeBytes)));
  assert.ok((await readFile(disk.hostPath)).includes(Buffer.alloc(4096, 0x5a)));
});

test('what cannot be written fails, and says why', async () => {
  await using directory = await openDirectory();
  const disk: DiskSpec = { serial: 'DISK1', hostPath: join(directory.hostPath, 'DISK1.img'), format: 'raw' };
  const wipe = { kind: 'header-wipe', disk: 'DISK1', lengthBytes: 2 * sizeBytes } as const;
  const missing = await failureOf(damageDisk(ctx, disk, wipe));
  assert.ok(missing.reason === 'command-failed');
  assert.match(missing.said, /No such file or directory/);
  await createDiskImage(ctx, disk.hostPath, sizeBytes);
  const beyond = await failureOf(damageDisk(ctx, disk, wipe));
  assert.ok(beyond.reason === 'command-failed');
  assert.match(beyond.said, /write failed: Input\/output error/);
});
