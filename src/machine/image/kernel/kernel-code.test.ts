import assert from 'node:assert/strict';
import { test } from 'node:test';
import { gzipSync } from 'node:zlib';
import { btrfsFeaturesOfCode, builtinsOfCode, configOfCode } from './kernel-code.ts';

const code = (...texts: readonly string[]): Buffer => Buffer.from(texts.map((text) => `${text}\0`).join(''), 'latin1');

test('drivers and filesystems are found by the text in their code', () => {
  assert.deepEqual(builtinsOfCode(code('virtio-pci', 'virtio_blk', 'virtio_console', 'EXT4-fs error', 'ext4', 'Overlay', 'overlay')), [
    'virtio_pci',
    'virtio_blk',
    'virtio_console',
    'ext4',
  ]);
  assert.deepEqual(builtinsOfCode(code('overlayfs: missing upperdir', 'erofs')), ['erofs', 'overlay']);
  assert.deepEqual(builtinsOfCode(Buffer.alloc(0)), []);
});

test('what btrfs knows is named in its code; a longer name is another', () => {
  assert.deepEqual(btrfsFeaturesOfCode(code('no_holes', 'skinny_metadata')), ['no_holes']);
  assert.deepEqual(btrfsFeaturesOfCode(code('no_holes_at_all', 'BLOCK_GROUP_TREE')), []);
});

test('the configuration in a kernel is read; without CONFIG_IKCONFIG there is none', () => {
  const packed = gzipSync('CONFIG_EXT4_FS=y\n');
  assert.equal(configOfCode(Buffer.concat([code('x'), Buffer.from('IKCFG_ST'), packed, Buffer.from('IKCFG_ED')])), 'CONFIG_EXT4_FS=y\n');
  assert.equal(configOfCode(code('x')), undefined);
});
