import assert from 'node:assert/strict';
import { test } from 'node:test';
import { wholeCommand } from './whole-command.ts';

for (const [typed, whole] of [
  ['./raidlab drill --all', './raidlab drill --all'],
  ['./raidlab drill --all --shard 2/5 -j 2', './raidlab drill --all -j 2'],
  ['raidlab drill --shard=2/5 --all', 'raidlab drill --all'],
  ['raidlab drill --reporter bundle=2.bundle --reporter junit=x.xml', 'raidlab drill --reporter junit=x.xml'],
  ["raidlab drill --reporter 'bundle=my run' '--reporter=bundle=my other run' slow-disk", 'raidlab drill slow-disk'],
  ['raidlab drill -- --shard', 'raidlab drill -- --shard'],
] as const) {
  test(`of a whole run: ${typed}`, () => {
    assert.equal(wholeCommand(typed), whole);
  });
}
