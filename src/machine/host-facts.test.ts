import assert from 'node:assert/strict';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { test } from 'node:test';
import { storeIn } from './cache/fixtures/store-in.ts';
import { observeHost, parseOsRelease, parseSubordinateIds } from './host-facts.ts';

test('os-release is read with and without quotes', () => {
  assert.deepEqual(
    parseOsRelease('PRETTY_NAME="Debian GNU/Linux 12 (bookworm)"\nVERSION_ID="12"\nVERSION_CODENAME=bookworm\nID=debian\n'),
    {
      id: 'debian',
      name: 'Debian GNU/Linux 12 (bookworm)',
      version: 12,
      codename: 'bookworm',
    },
  );
  assert.deepEqual(parseOsRelease(''), { id: 'unknown', name: 'an unknown system', version: null, codename: null });
});

test('the subordinate ids of a user are added up', () => {
  const table = 'ada:100000:65536\nadam:165536:65536\nada:300000:1000\n';
  assert.equal(parseSubordinateIds(table, 'ada'), 66_536);
  assert.equal(parseSubordinateIds(table, 'bob'), 0);
});

test('a host is observed without a cache, without programs, and without leaving anything', async () => {
  const root = mkdtempSync(join(tmpdir(), 'raidlab-host-'));
  try {
    const ctx = { signal: new AbortController().signal, emit: () => undefined };
    const rootHostPath = join(root, 'not', 'there', 'yet');
    const facts = await observeHost(ctx, {
      requirements: {
        debian: { oldest: 12, backports: { codename: 'bookworm', release: 'bookworm-backports' } },
        programs: [{ program: 'frobnicate', package: 'frobnicate', why: 'frobnicates' }],
      },
      store: { ...storeIn(root), rootHostPath },
      searchHostPaths: ['/usr/bin'],
      mirror: 'http://mirror.example/debian/',
    });
    assert.deepEqual(facts.programs, { frobnicate: { hostPath: null, version: null } });
    assert.equal(facts.cache.isWritable, true);
    assert.ok((facts.cache.freeBytes ?? 0) > 0);
    assert.ok(facts.memoryAvailableBytes > 0);
    assert.deepEqual(facts.mirrors, [{ uri: 'http://mirror.example/debian/', suite: '' }]);
  } finally {
    rmSync(root, { recursive: true });
  }
});
