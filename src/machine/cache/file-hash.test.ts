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

test('a file of up to 1 GiB is hashed byte by byte, as caches have it', async () => {
  await using directory = await mkdtempDisposable(join(tmpdir(), 'raidlab-'));
  const hostPath = join(directory.path, 'a');
  await writeSparse(hostPath, 3, [0, 'abc']);
  assert.equal(await hashFile(createTestContext(), hostPath), '06b05ab6733a618578af5f94892f3950');
});
