import assert from 'node:assert/strict';
import { test } from 'node:test';
import { chooseRoot, rootModulesOf } from './kernel-abilities.ts';

const having = (modules: readonly string[]) => (module: string) => modules.includes(module);

test('a root of layers needs erofs and overlayfs; without one of them it is whole, and needs neither', () => {
  assert.equal(chooseRoot(having(['erofs', 'overlay', 'ext4'])), 'layers');
  for (const has of [['erofs', 'ext4'], ['overlay', 'ext4'], ['ext4'], []]) assert.equal(chooseRoot(having(has)), 'whole');
  assert.deepEqual(rootModulesOf('layers').slice(-2), ['erofs', 'overlay']);
  assert.ok(!rootModulesOf('whole').some((module) => ['erofs', 'overlay'].includes(module)));
  assert.ok(rootModulesOf('whole').includes('ext4'));
});
