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

test('a seed that was drawn because that was asked for stands where it was asked for', () => {
  assert.equal(repeatCommand('raidlab drill --seed random --twin', '4711'), 'raidlab drill --seed 4711 --twin');
  assert.equal(repeatCommand('raidlab drill --seed=random -j 2', '4711'), 'raidlab drill --seed=4711 -j 2');
  assert.equal(repeatCommand('raidlab drill --output random', '1'), 'raidlab drill --output random --seed 1');
});

test('twins, layouts, tags and files of drills are asked for again as they were', () => {
  const typed = "raidlab drill './my drill.ts' 'replace-*' --twin --layout raid1c3 --tag luks --strict";
  assert.equal(repeatCommand(typed, '1'), `${typed} --seed 1`);
  assert.equal(repeatCommand('raidlab drill --twin -- split-brain', '1'), 'raidlab drill --twin --seed 1 -- split-brain');
});
