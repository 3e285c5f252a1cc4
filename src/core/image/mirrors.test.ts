import assert from 'node:assert/strict';
import { test } from 'node:test';
import { isMirrorAddress, mirrorVariableOf, suiteOfVariable } from './mirrors.ts';

test('each suite has a variable of its own', () => {
  for (const [suite, variable] of [
    ['sid', 'RAIDLAB_MIRROR_SID'],
    ['trixie-backports', 'RAIDLAB_MIRROR_TRIXIE_BACKPORTS'],
  ] as const) {
    assert.equal(mirrorVariableOf(suite), variable);
    assert.equal(suiteOfVariable(variable), suite);
  }
  for (const variable of ['RAIDLAB_MIRROR', 'RAIDLAB_MIRROR_', 'RAIDLAB_MIRRORS', 'MIRROR_SID', 'RAIDLAB_MIRROR_sid']) {
    assert.equal(suiteOfVariable(variable), undefined, variable);
  }
});

test('an address is what sources.list(5) takes, with options or without', () => {
  const good = [
    'http://mirror.example/debian',
    '[check-valid-until=no] http://mirror.example/debian/',
    'file:/srv/debian',
    'mirror+file:/etc/list',
  ];
  const bad = [
    '',
    'mirror.example',
    '/srv/debian',
    'http://a b',
    '[] http://a',
    '[x http://a',
    'http://a main',
    '[trusted=yes]',
    'http://a\n',
  ];
  for (const text of good) assert.ok(isMirrorAddress(text), text);
  for (const text of bad) assert.ok(!isMirrorAddress(text), text);
});
