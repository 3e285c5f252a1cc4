import assert from 'node:assert/strict';
import { test } from 'node:test';
import { countSubordinateIds, findFreeId } from './user-namespaces.ts';

const table = 'ada:100000:65536\nadam:165536:65536\nada:300000:1000\n';

test('of a user’s subordinate ids those count that mmdebstrap takes: the first line’s', () => {
  assert.equal(countSubordinateIds(table, 'ada'), 65_536);
  assert.equal(countSubordinateIds(table, 'bob'), 0);
  assert.equal(countSubordinateIds('ada:100000:many\n', 'ada'), 0);
});

test('a free range begins above all others', () => {
  assert.equal(findFreeId(table), 301_000);
  assert.equal(findFreeId('\n# nobody\n'), 100_000);
});
