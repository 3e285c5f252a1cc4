import assert from 'node:assert/strict';
import { test } from 'node:test';
import { repeatCommand } from './repeat-command.ts';

test('the seed that was drawn is added, quoted where a shell needs it', () => {
  assert.equal(repeatCommand('./raidlab drill', '4711'), './raidlab drill --seed 4711');
  assert.equal(repeatCommand('raidlab drill', 'two words'), "raidlab drill --seed 'two words'");
});

test('a seed that was given is not given twice, and one in the middle of another word is none', () => {
  assert.equal(repeatCommand('raidlab drill --seed 1', '1'), 'raidlab drill --seed 1');
  assert.equal(repeatCommand('raidlab drill --seed=1', '1'), 'raidlab drill --seed=1');
  assert.equal(repeatCommand("raidlab drill '--seed=two words'", 'two words'), "raidlab drill '--seed=two words'");
  assert.equal(repeatCommand("raidlab drill --output 'my --seed 1'", '2'), "raidlab drill --output 'my --seed 1' --seed 2");
});
