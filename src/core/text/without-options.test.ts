import assert from 'node:assert/strict';
import { test } from 'node:test';
import { withoutOptions } from './without-options.ts';

const leftOut = { valued: ['--on', '--jobs', '-j'], flags: ['--json', '-v'] };

for (const [typed, kept] of [
  ['drill --on slurm slow-disk', 'drill slow-disk'],
  ['drill --on=slurm --jobs=2 -j 3 -j4 --json slow-disk -v', 'drill slow-disk'],
  ['drill --only slow-disk --jobsworth=2', 'drill --only slow-disk --jobsworth=2'],
  ['drill --json -- --on slurm', 'drill -- --on slurm'],
  ['drill slow-disk --jobs', 'drill slow-disk'],
  ['drill --mkfs-option=--on --layout=raid10', 'drill --mkfs-option=--on --layout=raid10'],
  ['', ''],
] as const) {
  test(`"${typed}" without options is "${kept}"`, () => {
    assert.equal(withoutOptions(typed.split(' '), leftOut).join(' '), kept);
  });
}
