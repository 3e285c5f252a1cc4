import assert from 'node:assert/strict';
import { cpSync, existsSync, mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { test } from 'node:test';
import { fileURLToPath } from 'node:url';
import { openArchive } from '../../archive/archive.ts';
import { madeUpResults } from '../../core/campaign/fixtures/made-up-results.ts';
import { openSandbox } from '../fixtures/run-raidlab.ts';
import type { Sandbox } from '../fixtures/run-raidlab.ts';

const recorded = fileURLToPath(new URL('../../view/recorded/replace-missing-disk-with-twin.ndjson', import.meta.url));

/** Puts a recorded run where runs are. */
function placeRun(sandbox: Sandbox): void {
  mkdirSync(join(sandbox.hostPath, 'raidlab-results/a-run'), { recursive: true });
  cpSync(recorded, join(sandbox.hostPath, 'raidlab-results/a-run/events.ndjson'));
}

async function fillArchive(sandbox: Sandbox): Promise<string> {
  const hostPath = join(sandbox.hostPath, 'archive.sqlite');
  using archive = await openArchive(hostPath);
  archive.add([...madeUpResults(12_000)]);
  return hostPath;
}

test('the results of a run are added once, and shown', async () => {
  using sandbox = openSandbox();
  assert.match((await sandbox.run('results')).stdout, /0 results: none yet/u);
  placeRun(sandbox);
  const { exitCode, stdout, stderr } = await sandbox.run('results', '--add', 'raidlab-results/a-run');
  assert.deepEqual([exitCode, stderr], [0, '']);
  assert.match(stdout, /2 results: 2 good/u);
  assert.match(stdout, /replace-missing-disk \(twin\) .* broken as expected/u);
  const again = await sandbox.run('results', '--add', 'raidlab-results/a-run', '--json');
  const { v, total, results } = JSON.parse(again.stdout) as {
    readonly v: number;
    readonly total: { readonly good: number };
    readonly results: readonly unknown[];
  };
  assert.deepEqual([v, total.good, results.length], [1, 2, 2]);
  assert.ok(existsSync(join(sandbox.hostPath, '.local/state/raidlab/archive.sqlite')));
});

test('regressions and comparisons: in the terminal, as Markdown, JSON and HTML', async () => {
  using sandbox = openSandbox();
  const archive = await fillArchive(sandbox);
  const text = await sandbox.run('results', '--regressions', '--archive', archive, '--html', 'pages/table.html');
  assert.match(text.stdout, /replace-missing-disk .* 6\.12\.118 \(\d+ of \d+\) .* 6\.18\.4 \(\d+ of \d+\) .* 7\.1\.2 \(0 of \d+; /u);
  assert.match(
    readFileSync(join(sandbox.hostPath, 'pages/table.html'), 'utf8'),
    /<a href="[^"]*results\/[^"]*\/report\.html#replace-missing-disk">6\.12\.118/u,
  );
  const json = await sandbox.run('results', '--regressions', '--archive', archive, '--json', '--tools', 'trixie');
  const { regressions } = JSON.parse(json.stdout) as { readonly regressions: readonly { readonly drill: string }[] };
  assert.deepEqual(
    regressions.map(({ drill }) => drill),
    ['replace-missing-disk'],
  );
  const markdown = await sandbox.run('compare', '6.12', '7.3', '--archive', archive, '--drill', 'replace-missing-*', '--markdown');
  assert.match(markdown.stdout, /^## 6\.12 and 7\.3\n/u);
  assert.match(markdown.stdout, /raid10 .* \| better/u);
});

test('by kernel: a column for each; results go to another archive as they are', async () => {
  using sandbox = openSandbox();
  const archive = await fillArchive(sandbox);
  const exported = await sandbox.run('results', '--archive', archive, '--matrix', 'nightly', '--export', 'out.ndjson', '--by-kernel');
  assert.deepEqual([exported.exitCode, exported.stderr], [0, '']);
  assert.match(exported.stdout, /^drill +layout +tools +5\.10\.0-36 +6\.1\.0-56 +6\.12\.118 .* 7\.3\.4/mu);
  assert.match(exported.stdout, /^replace-missing-disk .* raid10 .* 0 of \d+ \(≤ \d+ %\) .* \d+ of \d+ \(\d+ to \d+ %\) /mu);
  const again = await sandbox.run('results', '--archive', 'other.sqlite', '--add', 'out.ndjson', '--matrix', 'nightly', '--by-kernel');
  assert.equal(again.stdout, exported.stdout);
  const grid = await sandbox.run('results', '--archive', 'other.sqlite', '--by-kernel', '--twins', 'no', '--drill', 'slow-disk', '--json');
  const { kernels, rows } = JSON.parse(grid.stdout) as {
    readonly kernels: readonly string[];
    readonly rows: readonly { readonly drill: string; readonly cells: readonly ({ readonly kernel: string } | null)[] }[];
  };
  for (const { drill, cells } of rows) {
    assert.equal(drill, 'slow-disk');
    for (const [index, cell] of cells.entries()) assert.ok(cell === null || cell.kernel === kernels[index]);
  }
  const both = await sandbox.run('results', '--by-kernel', '--regressions');
  assert.deepEqual([both.exitCode, both.stdout], [64, '']);
});

test('a side that could be several things, or is none, is refused with what to type', async () => {
  using sandbox = openSandbox();
  const archive = await fillArchive(sandbox);
  for (const [words, why] of [
    [['trixie', 'bookworm'], /could be a kernel or a tools: write kernel=trixie kernel=bookworm/u],
    [['6.12', 'nightli'], /nothing called nightli in the archive\. Did you mean "nightly"\?/u],
    [['6.12', 'nightly'], /6\.12 is a kernel, nightly a matrix: they cannot be compared/u],
    [['colour=red', '6.12'], /"colour=red" is no side of a comparison/u],
  ] as const) {
    const { exitCode, stderr } = await sandbox.run('compare', ...words, '--archive', archive);
    assert.equal(exitCode, 64);
    assert.match(stderr, why);
  }
  const sides = await sandbox.run('compare', 'kernel=trixie', 'kernel=bookworm', '--archive', archive);
  assert.equal(sides.exitCode, 0, sides.stderr);
});

test('what is no archive, no run, no bundle and no export is refused', async () => {
  using sandbox = openSandbox();
  writeFileSync(join(sandbox.hostPath, 'half.ndjson'), '{"raidlab":"results","v":1,"results":2}\n');
  writeFileSync(join(sandbox.hostPath, 'notes.txt'), 'not an archive'.repeat(20));
  mkdirSync(join(sandbox.hostPath, 'empty'));
  for (const [words, why] of [
    [['results', '--archive', 'notes.txt'], /cannot be used as an archive of results/u],
    [['results', '--add', 'empty'], /cannot be read as the events of a run/u],
    [['results', '--add', 'notes.txt'], /cannot be used as a bundle/u],
    [['results', '--add', 'nowhere'], /cannot be used as a bundle: there is no such file/u],
    [['results', '--add', 'half.ndjson'], /half\.ndjson cannot be used as exported results: it should have 2 results/u],
  ] as const) {
    const { exitCode, stderr } = await sandbox.run(...words);
    assert.equal(exitCode, 64, stderr);
    assert.match(stderr, why);
  }
});
