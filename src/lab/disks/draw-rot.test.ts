import assert from 'node:assert/strict';
import { mkdir, open } from 'node:fs/promises';
import { test } from 'node:test';
import { headerBytes } from '../../core/layout/usable-space.ts';
import { createTestContext, failureOf } from '../../machine/fixtures/scripted-peer.ts';
import { drawRot } from './draw-rot.ts';
import { openLabDirectory } from '../fixtures/lab-directory.ts';
import type { LabDirectory } from '../fixtures/lab-directory.ts';
import { diskHostPath } from '../place/lab-place.ts';

const mebibyte = 1024 ** 2;

/** A disk of 64 MiB with its header written, and 1 MiB of data at 32 MiB. */
async function writeDisk({ place }: LabDirectory): Promise<void> {
  await mkdir(place.disksHostPath);
  await using file = await open(diskHostPath(place, 'DISK1'), 'w');
  await file.truncate(64 * mebibyte);
  await file.write(Buffer.alloc(mebibyte, 1), 0, mebibyte, 0);
  await file.write(Buffer.alloc(mebibyte, 1), 0, mebibyte, 32 * mebibyte);
}

for (const bytes of [1, 100, 257, 4096, 100_000, mebibyte]) {
  test(`${String(bytes)} bytes rot where something has been written, behind the header`, async () => {
    await using directory = await openLabDirectory();
    await writeDisk(directory);
    const places = await drawRot(createTestContext(), directory.place, {
      disk: 'DISK1',
      bytes,
      seed: 'a',
      payloadStartBytes: 16 * mebibyte,
    });
    assert.equal(
      places.reduce((sum, { lengthBytes }) => sum + lengthBytes, 0),
      bytes,
    );
    for (const { offsetBytes, lengthBytes } of places) {
      assert.ok(
        offsetBytes >= 32 * mebibyte && offsetBytes + lengthBytes <= 33 * mebibyte,
        `${String(lengthBytes)} at ${String(offsetBytes)}`,
      );
    }
  });
}

test('more than has been written cannot rot', async () => {
  await using directory = await openLabDirectory();
  await writeDisk(directory);
  const failure = await failureOf(
    drawRot(createTestContext(), directory.place, { disk: 'DISK1', bytes: mebibyte + 1, seed: 'a', payloadStartBytes: 16 * mebibyte }),
  );
  assert.ok(failure.reason === 'bad-fault');
  assert.match(failure.why, /^At most 1048576 bytes \(1 MiB\) can be corrupted, not 1048577: no more is written/u);
});

test('much rot lies in as few places as little, in larger blocks', async () => {
  await using directory = await openLabDirectory();
  await mkdir(directory.place.disksHostPath);
  {
    await using file = await open(diskHostPath(directory.place, 'DISK1'), 'w');
    await file.write(Buffer.alloc(32 * mebibyte, 1), 0, 32 * mebibyte, 32 * mebibyte);
  }
  const bytes = 24 * mebibyte;
  const places = await drawRot(createTestContext(), directory.place, { disk: 'DISK1', bytes, seed: 'a', payloadStartBytes: 16 * mebibyte });
  assert.ok(places.length <= 4096, String(places.length));
  assert.equal(
    places.reduce((sum, { lengthBytes }) => sum + lengthBytes, 0),
    bytes,
  );
  assert.ok(places.every(({ offsetBytes }) => offsetBytes >= 32 * mebibyte));
});

test('where no header is long, the beginning of a disk may rot, but for its first MiB', async () => {
  await using directory = await openLabDirectory();
  await mkdir(directory.place.disksHostPath, { recursive: true });
  {
    await using file = await open(diskHostPath(directory.place, 'DISK1'), 'w');
    await file.truncate(64 * mebibyte);
    await file.write(Buffer.alloc(2 * mebibyte, 1), 0, 2 * mebibyte, 0);
  }
  for (const encryption of ['none', 'luks2'] as const) {
    const drawn = drawRot(createTestContext(), directory.place, {
      disk: 'DISK1',
      bytes: 256,
      seed: 'a',
      payloadStartBytes: headerBytes[encryption],
    });
    if (encryption === 'none') assert.ok((await drawn).every(({ offsetBytes }) => offsetBytes >= mebibyte));
    else assert.equal((await failureOf(drawn)).reason, 'bad-fault');
  }
});
