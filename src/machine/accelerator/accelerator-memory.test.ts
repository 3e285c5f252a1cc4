import assert from 'node:assert/strict';
import { mkdtemp, readdir, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { after, before, test } from 'node:test';
import { parseAnswers, recallProbe, rememberProbe } from './accelerator-memory.ts';
import { storeIn } from '../cache/fixtures/store-in.ts';
import type { CacheStore } from '../cache/store.ts';

let store: CacheStore;
before(async () => {
  const rootHostPath = await mkdtemp(join(tmpdir(), 'raidlab-test-'));
  store = { ...storeIn(rootHostPath), rootHostPath };
});
after(() => rm(store.rootHostPath, { recursive: true }));

const subject = { bootId: 'boot-1', qemuVersion: '10.0.2', kernelDigest: 'k1', accelerator: 'kvm' } as const;
const answer = { works: false, seen: 'it lies', bootMs: null };

test('an answer is recalled for its own subject, and for no other', async () => {
  assert.equal(await recallProbe(store, subject), undefined);
  await rememberProbe(store, subject, answer);
  const { works, seen, bootMs } = (await recallProbe(store, subject)) ?? {};
  assert.deepEqual({ works, seen, bootMs }, answer);
  for (const other of [{ bootId: 'boot-2' }, { qemuVersion: '10.1.0' }, { kernelDigest: 'k2' }, { accelerator: 'tcg' } as const]) {
    assert.equal(await recallProbe(store, { ...subject, ...other }), undefined);
  }
});

test('answers for several kernels stand side by side until the host reboots', async () => {
  await rememberProbe(store, { ...subject, kernelDigest: 'k2' }, { works: true, seen: 'it boots', bootMs: 412 });
  assert.equal((await recallProbe(store, subject))?.works, false);
  await rememberProbe(store, { ...subject, bootId: 'boot-2' }, answer);
  assert.equal(await recallProbe(store, subject), undefined);
  assert.deepEqual(await readdir(store.rootHostPath), ['accelerators.json']);
});

test('a file that is not ours is no answer, and is written over', async () => {
  for (const text of ['', '{', '{}', '[{}]', '[1]', '[{"works":"yes"}]']) {
    assert.deepEqual(parseAnswers(text), [], text);
    await writeFile(join(store.rootHostPath, 'accelerators.json'), text);
    assert.equal(await recallProbe(store, subject), undefined);
  }
  await rememberProbe(store, subject, answer);
  assert.equal((await recallProbe(store, subject))?.seen, 'it lies');
});
