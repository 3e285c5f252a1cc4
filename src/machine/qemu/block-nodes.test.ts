import assert from 'node:assert/strict';
import { test } from 'node:test';
import { planImageNodes } from './block-nodes.ts';

test('a name that QEMU would refuse is refused here', () => {
  for (const name of ['', '1DISK', 'DISK 1', 'a'.repeat(24), 'disk,1', 'ä']) {
    assert.throws(() => planImageNodes({ name, hostPath: '/x', format: 'raw', readOnly: false }), /cannot name a disk/, name);
  }
});

test('the longest name still fits into a node name of at most 31 characters', () => {
  const [file, format] = planImageNodes({ name: 'a'.repeat(23), hostPath: '/x', format: 'raw', readOnly: true });
  assert.deepEqual([file['node-name'], format['node-name']], [`${'a'.repeat(23)}-file`, `${'a'.repeat(23)}-format`]);
});
