import assert from 'node:assert/strict';
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { test } from 'node:test';
import { parse } from 'junit2json';
import { Parser } from 'tap-parser';
import type { RunResult } from '../../report/drill/result.ts';
import { openSandbox } from '../fixtures/run-raidlab.ts';

// A drill that is not made for a layout is skipped before anything is built: these runs start no machine.
const asked = ['drill', 'kernel-crash', '--layout', 'raid1c3'] as const;
const why = 'It was skipped: it is not for the layout raid1c3: its own layout only.';

test('a drill that is not made for a layout is skipped, says why in every report, and is no failure', async () => {
  using sandbox = openSandbox();
  const { exitCode, stdout } = await sandbox.run(...asked, '--reporter', 'list', '--reporter', 'junit=r.xml', '--reporter', 'tap=r.tap');
  assert.equal(exitCode, 0);
  assert.match(stdout, /^SKIPPED {2}kernel-crash {2}\d/mu);
  assert.ok(stdout.includes(why), stdout);
  assert.match(stdout, /again .*drill kernel-crash --layout raid1c3 .*--seed 1$/mu);

  const xml = readFileSync(join(sandbox.hostPath, 'r.xml'), 'utf8');
  const suites = (await parse(xml)) as unknown as {
    readonly testsuite: readonly {
      readonly skipped: number;
      readonly testcase: readonly { readonly skipped: readonly { readonly message: string }[] }[];
    }[];
  };
  assert.equal(suites.testsuite[0]?.skipped, 1);
  assert.equal(suites.testsuite[0].testcase[0]?.skipped[0]?.message, why);

  const parser = new Parser({ strict: true });
  parser.end(readFileSync(join(sandbox.hostPath, 'r.tap'), 'utf8'));
  assert.deepEqual([parser.results?.ok, parser.results?.skip], [true, 1]);

  const result = JSON.parse(readFileSync(join(sandbox.hostPath, 'raidlab-results/latest/result.json'), 'utf8')) as RunResult;
  assert.deepEqual(
    result.drills.map(({ verdict, summary, exitCode: own, isTwin }) => [verdict, summary, own, isTwin]),
    [['skipped', why, 0, false]],
  );
});

test('with --strict a skipped drill counts as inconclusive: exit 2', async () => {
  using sandbox = openSandbox();
  const { exitCode, stdout } = await sandbox.run(...asked, '--strict', '--reporter', 'github=summary.md');
  assert.equal(exitCode, 2);
  assert.match(stdout, /^::warning title=kernel-crash%3A skipped::It was skipped/mu);
  assert.match(readFileSync(join(sandbox.hostPath, 'summary.md'), 'utf8'), /\| kernel-crash \| skipped \|/u);
});
