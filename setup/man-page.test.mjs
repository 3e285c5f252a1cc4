import assert from 'node:assert/strict';
import { spawnSync } from 'node:child_process';
import { test } from 'node:test';
import { manPage } from './man-page.mjs';

const page = await manPage('1.2.3');

test('it has the version, the exit codes and the subcommands', () => {
  assert.match(page, /^\.TH RAIDLAB 1 \d{4}-\d{2}-\d{2} "raidlab 1\.2\.3" /mu);
  for (const row of ['.SS raidlab disk', '.B raidlab snapshot restore', '.SS raidlab ssh\\-config', '.B 130', '.I .raidlab/NAME/']) {
    assert.ok(page.split('\n').includes(row), row);
  }
  assert.ok(!page.includes('keep\\-lab'));
});

test('no row is a macro by mistake, and no character is beyond ASCII', () => {
  const macros = new Set(page.split('\n').flatMap((row) => /^[.'](\\"|\S*)/u.exec(row)?.[1] ?? []));
  assert.deepEqual([...macros].sort(), ['B', 'BR', 'EE', 'EX', 'I', 'PP', 'RE', 'RI', 'RS', 'SH', 'SS', 'TH', 'TP', '\\"']);
  assert.doesNotMatch(page, /[^\n\u0020-\u007e]/u);
  assert.doesNotMatch(page, /\\\\/u);
});

test('man renders it without a warning', (context) => {
  const man = spawnSync('man', ['--warnings', '-E', 'UTF-8', '-l', '-'], {
    input: page,
    encoding: 'utf8',
    env: { ...process.env, MANWIDTH: '100' },
  });
  if (man.error !== undefined) {
    context.skip('there is no man on this host');
    return;
  }
  assert.equal(man.stderr, '');
  assert.match(man.stdout, /raidlab snapshot save/u);
});
