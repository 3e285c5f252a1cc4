import assert from 'node:assert/strict';
import { test } from 'node:test';
import { fitLayout } from './fit-layout.ts';
import { defaultLayout } from './layout.ts';

test('a layout gets what the kernel needs of mkfs, before what it says itself', () => {
  const layout = { ...defaultLayout, mkfsOptions: ['-O', 'no-holes'] };
  const old = { kernelVersion: '3.16.0', btrfsFeatures: ['no_holes'], progsVersion: '6.2' };
  assert.deepEqual(fitLayout(layout, old).mkfsOptions, ['-R', '^free-space-tree', '-O', '^no-holes', '-O', 'no-holes']);
  assert.equal(fitLayout(layout, { ...old, kernelVersion: '6.12.1', btrfsFeatures: undefined }), layout);
});
