import assert from 'node:assert/strict';
import { test } from 'node:test';
import { programName, storeOf } from './make-cli.ts';

test('raidlab is called by its launcher in a checkout, and by its name as a package', () => {
  const source = 'file:///work/my%20raidlab/src/cli/main.ts';
  assert.equal(programName(source, '/work/my raidlab'), './raidlab');
  assert.equal(programName(source, '/home/ada'), '/work/my raidlab/raidlab');
  assert.equal(programName('file:///usr/lib/node_modules/raidlab/dist/cli/main.js', '/home/ada'), 'raidlab');
});

test('the cache is where XDG says; what is no absolute path is ignored', () => {
  assert.equal(storeOf({ XDG_CACHE_HOME: '/big', HOME: '/home/ada' }).rootHostPath, '/big/raidlab');
  assert.equal(storeOf({ XDG_CACHE_HOME: 'big', HOME: '/home/ada' }).rootHostPath, '/home/ada/.cache/raidlab');
  assert.equal(storeOf({ XDG_CACHE_HOME: '', HOME: '/home/ada' }).rootHostPath, '/home/ada/.cache/raidlab');
});

test('sockets go to a runtime directory only where there is one', () => {
  assert.equal(storeOf({ XDG_RUNTIME_DIR: '/proc' }).runtimeHostPath, '/proc');
  assert.equal(storeOf({ XDG_RUNTIME_DIR: '/run/user/nobody-at-all' }).runtimeHostPath, '/tmp');
  assert.equal(storeOf({}).runtimeHostPath, '/tmp');
});
