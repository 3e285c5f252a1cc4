import assert from 'node:assert/strict';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { test } from 'node:test';
import { storeIn } from '../cache/fixtures/store-in.ts';
import { observeHost } from './host-facts.ts';
import { createContext } from '../context.ts';

test('a host is observed without a cache, without programs, and without leaving anything', async () => {
  const root = mkdtempSync(join(tmpdir(), 'raidlab-host-'));
  try {
    const ctx = createContext();
    const rootHostPath = join(root, 'not', 'there', 'yet');
    const facts = await observeHost(ctx, {
      requirements: {
        debian: { oldest: 12, backports: { codename: 'bookworm', release: 'bookworm-backports' } },
        distributions: [],
        files: [{ name: 'nothing', hostPath: '/nonexistent', package: 'nothing', why: 'is not there' }],
        programs: [{ program: 'frobnicate', package: 'frobnicate', why: 'frobnicates' }],
      },
      store: { ...storeIn(root), rootHostPath },
      searchHostPaths: ['/usr/bin'],
      mirror: 'http://mirror.example/debian/',
    });
    assert.deepEqual(facts.programs, { frobnicate: { hostPath: null, version: null } });
    assert.deepEqual(facts.files, []);
    assert.equal(facts.cache.isWritable, true);
    assert.ok((facts.cache.freeBytes ?? 0) > 0);
    assert.ok(facts.memoryAvailableBytes > 0);
    assert.deepEqual(facts.mirrors, [{ uri: 'http://mirror.example/debian/', suite: '' }]);
  } finally {
    rmSync(root, { recursive: true });
  }
});
