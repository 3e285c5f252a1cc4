import assert from 'node:assert/strict';
import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { test } from 'node:test';
import { storeIn } from '../cache/fixtures/store-in.ts';
import { askOnce, parseMemory } from './host-memory.ts';

test('a question is asked once, and again when what it is about has changed or the answer was empty', async () => {
  const root = mkdtempSync(join(tmpdir(), 'raidlab-memory-'));
  try {
    const store = { ...storeIn(root), rootHostPath: join(root, 'not', 'yet') };
    const asked: string[] = [];
    const ask = (about: string, identity: string, answer: string): Promise<string> =>
      askOnce(store, { about, identity }, async () => {
        asked.push(`${about} ${identity}`);
        return Promise.resolve(answer);
      });
    assert.equal(await ask('qemu', '1', '8.2'), '8.2');
    assert.equal(await ask('qemu', '1', 'not asked'), '8.2');
    assert.equal(await ask('other', '1', ''), '');
    assert.equal(await ask('other', '1', 'there'), 'there');
    assert.equal(await ask('qemu', '2', '10.0'), '10.0');
    assert.deepEqual(asked, ['qemu 1', 'other 1', 'other 1', 'qemu 2']);
    writeFileSync(join(store.rootHostPath, 'host.json'), '{"qemu": 7}');
    assert.equal(await ask('qemu', '2', 'again'), 'again');
  } finally {
    rmSync(root, { recursive: true });
  }
});

test('where nothing can be remembered the answer is given all the same', async () => {
  const root = mkdtempSync(join(tmpdir(), 'raidlab-memory-'));
  try {
    writeFileSync(join(root, 'file'), '');
    mkdirSync(join(root, 'dir'));
    const store = { ...storeIn(root), rootHostPath: join(root, 'file', 'below') };
    assert.equal(await askOnce(store, { about: 'a', identity: 'b' }, () => Promise.resolve('c')), 'c');
  } finally {
    rmSync(root, { recursive: true });
  }
});

test('what is not a memory is none', () => {
  for (const text of ['', '[]', 'null', '{"a":{"identity":1,"answer":"x"}}', '{"a":']) assert.deepEqual(parseMemory(text), {});
});
