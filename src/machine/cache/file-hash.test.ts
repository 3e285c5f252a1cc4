import assert from 'node:assert/strict';
import { mkdtempDisposable, open } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { test } from 'node:test';
import { createTestContext } from '../fixtures/scripted-peer.ts';
import { hashFile } from './file-hash.ts';

const gibibyte = 1024 ** 3;

async function writeSparse(
  hostPath: string,
  sizeBytes: number,
  ...places: readonly (readonly [offsetBytes: number, text: string])[]
): Promise<void> {
  await using file = await open(hostPath, 'w');
  await file.truncate(sizeBytes);
  for (const [offsetBytes, text] of places) await file.write(text, offsetBytes);
}

test('a disk of terabytes without data is hashed by what is in it, and where', async () => {
  await using directory = await mkdtempDisposable(join(tmpdir(), 'raidlab-'));
  const at = (name: string): string => join(directory.path, name);
  const sizeBytes = 4 * 1024 * gibibyte;
  await writeSparse(at('a'), sizeBytes, [5 * gibibyte, 'data']);
  await writeSparse(at('same'), sizeBytes, [5 * gibibyte, 'data'], [7 * gibibyte, '\0\0\0\0']);
  await writeSparse(at('elsewhere'), sizeBytes, [6 * gibibyte, 'data']);
  await writeSparse(at('other'), sizeBytes, [5 * gibibyte, 'date']);
  const hash = (name: string): Promise<string> => hashFile(createTestContext(), at(name));
  assert.equal(await hash('same'), await hash('a'));
  assert.equal(new Set([await hash('a'), await hash('elsewhere'), await hash('other')]).size, 3);
});

test('a small file is hashed alike, whether its zeroes are written or not; its last bytes count', async () => {
  await using directory = await mkdtempDisposable(join(tmpdir(), 'raidlab-'));
  const at = (name: string): string => join(directory.path, name);
  await writeSparse(at('a'), 200_000, [0, 'abc'], [199_997, 'end']);
  await writeSparse(at('same'), 200_000, [0, 'abc'], [100_000, '\0'], [199_997, 'end']);
  await writeSparse(at('other'), 200_000, [0, 'abc'], [199_997, 'enD']);
  const hash = (name: string): Promise<string> => hashFile(createTestContext(), at(name));
  assert.equal(await hash('same'), await hash('a'));
  assert.notEqual(await hash('other'), await hash('a'));
});
