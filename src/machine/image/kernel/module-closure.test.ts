import assert from 'node:assert/strict';
import { test } from 'node:test';
import fc from 'fast-check';
import { RaidlabError } from '../../../core/failure/failure.ts';
import { UnknownOutput } from '../../../core/parsing/unknown-output.ts';
import { moduleName, planModuleLoading } from './module-closure.ts';

// As depmod wrote it for 6.1.0-56-cloud-amd64, shortened.
const index = {
  dep:
    'kernel/fs/erofs/erofs.ko: kernel/lib/libcrc32c.ko\n' +
    'kernel/fs/overlayfs/overlay.ko:\n' +
    'kernel/lib/libcrc32c.ko:\n' +
    'kernel/arch/x86/crypto/crc32c-intel.ko:\n' +
    'kernel/drivers/block/virtio_blk.ko: kernel/drivers/virtio/virtio_ring.ko kernel/drivers/virtio/virtio.ko\n' +
    'kernel/drivers/virtio/virtio_ring.ko: kernel/drivers/virtio/virtio.ko\n' +
    'kernel/drivers/virtio/virtio.ko:\n',
  builtin: 'kernel/fs/ext4/ext4.ko\nkernel/crypto/crc32c_generic.ko\n',
  softdep: '# Soft dependencies\nsoftdep libcrc32c pre: crc32c\nsoftdep overlay post: erofs\n',
  alias: '# Aliases\nalias crc32c crc32c_intel\nalias crypto-crc32c crc32c_intel\nalias virtio:d00000002v* virtio_blk\n',
};

test('dependencies are loaded first, what is built in is not loaded, and soft dependencies may fail', () => {
  assert.deepEqual(planModuleLoading('6.1', index, ['virtio_blk', 'erofs', 'ext4', 'overlay']), [
    { file: 'kernel/drivers/virtio/virtio.ko', need: 'required' },
    { file: 'kernel/drivers/virtio/virtio_ring.ko', need: 'required' },
    { file: 'kernel/drivers/block/virtio_blk.ko', need: 'required' },
    { file: 'kernel/arch/x86/crypto/crc32c-intel.ko', need: 'optional' },
    { file: 'kernel/lib/libcrc32c.ko', need: 'required' },
    { file: 'kernel/fs/erofs/erofs.ko', need: 'required' },
    { file: 'kernel/fs/overlayfs/overlay.ko', need: 'required' },
  ]);
});

test('a module that something optional brought in becomes required when it is needed, and so do its own dependencies', () => {
  const soft = {
    dep: 'a.ko:\nb.ko: c.ko\nc.ko:\n',
    builtin: '',
    softdep: 'softdep a pre: b\n',
    alias: '',
  };
  assert.deepEqual(planModuleLoading('6.1', soft, ['a']), [
    { file: 'c.ko', need: 'optional' },
    { file: 'b.ko', need: 'optional' },
    { file: 'a.ko', need: 'required' },
  ]);
  assert.deepEqual(
    planModuleLoading('6.1', soft, ['a', 'b']).map(({ need }) => need),
    ['required', 'required', 'required'],
  );
});

test('a kernel that lacks a wanted module is refused by name', () => {
  assert.throws(
    () => planModuleLoading('6.1', index, ['btrfs']),
    (error: unknown) => error instanceof RaidlabError && error.failure.reason === 'module-missing' && error.failure.module === 'btrfs',
  );
});

test('an index that is cut off or is something else is refused', () => {
  assert.throws(() => planModuleLoading('6.1', { ...index, dep: index.dep.slice(0, -5) }, ['erofs']), UnknownOutput);
  assert.throws(() => planModuleLoading('6.1', { ...index, dep: 'no module here\n' }, ['erofs']), UnknownOutput);
});

test('a module is known by one name, however it is spelt', () => {
  for (const spelling of ['dm_crypt', 'dm-crypt', 'kernel/drivers/md/dm-crypt.ko', 'kernel/drivers/md/dm-crypt.ko.zst']) {
    assert.equal(moduleName(spelling), 'dm_crypt');
  }
});

test('whatever the dependencies are, each module comes once and after all it needs', () => {
  const graphs = fc.array(fc.array(fc.nat(), { maxLength: 4 }), { minLength: 1, maxLength: 12 });
  fc.assert(
    fc.property(graphs, (graph) => {
      // Module i depends on modules of smaller numbers only: dependencies of real modules have no cycle.
      const needs = graph.map((picks, i) => [...new Set(picks.map((pick) => (i === 0 ? -1 : pick % i)))].filter((j) => j >= 0));
      const dep = needs.map((list, i) => `m${String(i)}.ko:${list.map((j) => ` m${String(j)}.ko`).join('')}\n`).join('');
      const plan = planModuleLoading('6.1', { dep, builtin: '', softdep: '', alias: '' }, [`m${String(graph.length - 1)}`]).map(
        ({ file }) => file,
      );
      assert.equal(new Set(plan).size, plan.length);
      for (const [place, file] of plan.entries()) {
        for (const j of needs[Number(/\d+/.exec(file)?.[0])] ?? []) assert.ok(plan.slice(0, place).includes(`m${String(j)}.ko`));
      }
    }),
  );
});
