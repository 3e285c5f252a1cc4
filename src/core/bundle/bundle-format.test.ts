import assert from 'node:assert/strict';
import { test } from 'node:test';
import { bundleVersion, placeInBundle, readBundleHead } from './bundle-format.ts';
import type { BundleHead } from './bundle-format.ts';

const head: BundleHead = {
  v: bundleVersion,
  raidlab: '0.1.0',
  node: '24.1.0',
  run: '20261129T150000Z-3-drills-ab12',
  shard: { number: 1, of: 3 },
  host: { os: 'Debian GNU/Linux 13', kernel: '6.12.1', processor: 'a processor', cores: 2, memoryBytes: 8 * 1024 ** 3 },
  accelerator: { name: 'tcg', reason: 'there is no /dev/kvm' },
  filesLeftOut: 0,
};

test('the head of a bundle is read as it was written', () => {
  assert.deepEqual(readBundleHead(JSON.stringify(head)), head);
  assert.deepEqual(readBundleHead(JSON.stringify({ ...head, shard: null, accelerator: null })), {
    ...head,
    shard: null,
    accelerator: null,
  });
});

test('a head with a field too many, too few, or of another kind is refused', () => {
  for (const key of Object.keys(head)) assert.throws(() => readBundleHead(JSON.stringify({ ...head, [key]: undefined })), /missing/u, key);
  assert.throws(() => readBundleHead(JSON.stringify({ ...head, user: 'alice' })), /user/u);
  assert.throws(() => readBundleHead(JSON.stringify({ ...head, run: '../run' })), /the name of a run/u);
  assert.throws(() => readBundleHead(JSON.stringify({ ...head, v: 2, more: 1 })), /version 2 of the format, and this raidlab knows 1/u);
  assert.throws(() => readBundleHead('{'), /no JSON/u);
});

test('a file of a bundle has one of a few names, and none that leads elsewhere', () => {
  assert.deepEqual(placeInBundle('bundle.json'), { is: 'head' });
  assert.deepEqual(placeInBundle('events.ndjson'), { is: 'events' });
  assert.deepEqual(placeInBundle('result.json'), { is: 'result' });
  assert.deepEqual(placeInBundle('slow-disk-2/main/console.log.old'), {
    is: 'evidence',
    job: 'slow-disk-2',
    path: ['main', 'console.log.old'],
  });
  for (const name of [
    '',
    'report.html',
    '/etc/passwd',
    '../events.ndjson',
    'slow-disk',
    'slow-disk/',
    'slow-disk/..',
    'slow-disk/../../x',
    'slow-disk//x',
    'slow-disk/.hidden',
    'slow-disk/a/b/c',
    'Slow-Disk/a',
    'slow-disk/a b',
    'slow-disk/a\n',
    'slow-disk/a\0b',
    `slow-disk/${'a'.repeat(200)}`,
  ]) {
    assert.equal(placeInBundle(name), undefined, name);
  }
});
