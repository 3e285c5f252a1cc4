import assert from 'node:assert/strict';
import { test } from 'node:test';
import { planMkfsFeatures } from './mkfs-features.ts';

const plan = (kernelVersion: string, btrfsFeatures: readonly string[] | undefined, progsVersion: string): string =>
  planMkfsFeatures({ kernelVersion, btrfsFeatures, progsVersion }).join(' ');

test('mkfs leaves out what the kernel does not know, and what mkfs itself calls unsafe on it', () => {
  assert.equal(plan('3.16.0', ['no_holes'], '6.2-1+deb12u2'), '-R ^free-space-tree -O ^no-holes');
  assert.equal(plan('3.16.0', undefined, '6.2'), '-R ^free-space-tree -O ^no-holes');
  assert.equal(plan('4.4.302', ['no_holes'], '6.14-1'), '-R ^free-space-tree');
  assert.equal(plan('4.9.229', ['no_holes', 'free_space_tree'], '6.2'), '');
});

test('a kernel that bears everything changes nothing', () => {
  assert.equal(plan('7.3.4', ['no_holes', 'free_space_tree', 'block_group_tree'], '7.3'), '');
  assert.equal(plan('6.12.118', undefined, '7.3'), '');
});

test('mkfs of before 5.15 turns none of it on, and of before 6.19 no block group tree', () => {
  assert.equal(plan('3.16.0', [], '5.10.1-2'), '');
  assert.equal(plan('5.10.0', ['no_holes', 'free_space_tree'], '6.2'), '');
  assert.equal(plan('5.10.0', ['no_holes', 'free_space_tree'], '6.19.1'), '-O ^block-group-tree');
});

test('the block group tree goes with what it needs: mkfs drops it by itself', () => {
  assert.equal(plan('3.16.0', ['no_holes'], '7.1'), '-R ^free-space-tree -O ^no-holes');
});

test('a feature that was taken back into an older kernel, or left out of a newer one, is as its code says', () => {
  assert.equal(plan('4.4.0', ['no_holes', 'free_space_tree'], '6.2'), '');
  assert.equal(plan('6.6.0', ['no_holes'], '6.2'), '-R ^free-space-tree');
});
