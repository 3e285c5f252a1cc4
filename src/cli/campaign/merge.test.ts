import assert from 'node:assert/strict';
import { existsSync, readdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { spawnSync } from 'node:child_process';
import { test } from 'node:test';
import { gunzipSync } from 'node:zlib';
import type { RecordedEvent } from '../../core/event.ts';
import type { RunResult } from '../../report/drill/result.ts';
import { openSandbox } from '../fixtures/run-raidlab.ts';
import type { Sandbox } from '../fixtures/run-raidlab.ts';

/** No image can be built here, so every drill fails at its beginning. */
function openPoorSandbox(): Sandbox {
  const sandbox = openSandbox({ RAIDLAB_MIRROR: 'http://mirror.invalid/' });
  sandbox.scriptProgram('mmdebstrap', 'echo "E: no" >&2; exit 1');
  return sandbox;
}

const names = ['slow-disk', 'tiny-disks', 'full-array'];

async function runShards(sandbox: Sandbox, of: number, more: readonly string[] = []): Promise<readonly string[]> {
  const files = Array.from({ length: of }, (_, index) => `${String(index + 1)}.bundle`);
  for (const [index, file] of files.entries()) {
    const { exitCode } = await sandbox.run(
      'drill',
      ...names,
      '--shard',
      `${String(index + 1)}/${String(of)}`,
      '--reporter',
      `bundle=${file}`,
      ...more,
    );
    assert.equal(exitCode, 69);
  }
  return files;
}

const read = (sandbox: Sandbox, ...path: readonly string[]): string => readFileSync(join(sandbox.hostPath, ...path), 'utf8');
const withoutTimes = (text: string): string =>
  text
    .replaceAll(/"startedAt": "[^"]*"/gu, '"startedAt": ""')
    .replaceAll(/"durationMs": [\d.]+/gu, '"durationMs": 0')
    .replaceAll(/\d{8}T\d{6}Z-[\w-]+/gu, 'RUN')
    .replaceAll(/(?:time|timestamp)="[^"]*"/gu, '');

test('shards merge to what one run is: result, JUnit, exit code, folder', async () => {
  using sandbox = openPoorSandbox();
  const one = await sandbox.run('drill', ...names, '--output', 'one', '--reporter', 'junit=one.xml');
  const files = await runShards(sandbox, 2);
  const merged = await sandbox.run(
    'merge',
    ...files.toReversed(),
    '--output',
    'merged',
    '--reporter',
    'junit=merged.xml',
    '--reporter',
    'bundle=whole.bundle',
  );
  assert.equal(merged.exitCode, one.exitCode);
  const same = (text: string): string =>
    withoutTimes(text)
      .replaceAll(sandbox.hostPath, '~')
      .replaceAll(/kernel-[0-9a-f]{3,}(?:-[0-9a-f]+)?/gu, 'kernel')
      .replaceAll(' --output one --reporter junit=one.xml', '');
  const sorted = (text: string): readonly string[] => same(text).split('\n').sort();
  assert.deepEqual(sorted(merged.stderr), sorted(one.stderr));
  // Failures stand in the order in which they came, and drills of one run fail side by side.
  const [ours, theirs] = ['merged', 'one'].map((folder) => {
    const { failures, ...rest } = JSON.parse(same(read(sandbox, folder, 'latest', 'result.json'))) as RunResult;
    return { ...rest, failures: failures.toSorted((a, b) => ((a.job ?? '') < (b.job ?? '') ? -1 : 1)) };
  });
  assert.deepEqual(ours, theirs);
  assert.equal(same(read(sandbox, 'merged.xml')), same(read(sandbox, 'one.xml')));
  assert.deepEqual(
    readdirSync(join(sandbox.hostPath, 'merged/latest')).sort(),
    readdirSync(join(sandbox.hostPath, 'one/latest'))
      .sort()
      .filter((name) => !names.includes(name)),
  );
  // A bundle of the merged run stands for it.
  const again = await sandbox.run('merge', 'whole.bundle', '--json');
  const events = again.stdout
    .trimEnd()
    .split('\n')
    .map((line) => JSON.parse(line) as RecordedEvent);
  assert.deepEqual([events[0]?.type, events.at(-1)?.type], ['run-started', 'run-ended']);
  assert.deepEqual(
    events
      .filter((event) => event.type === 'drill-ended')
      .map(({ job }) => job)
      .sort(),
    names.toSorted(),
  );
});

test('a missing shard is said, and what it had to do was not begun', async () => {
  using sandbox = openPoorSandbox();
  const [first = ''] = await runShards(sandbox, 2);
  const { exitCode, stdout } = await sandbox.run('merge', first);
  assert.equal(exitCode, 69);
  assert.match(stdout, /Of this run a shard is missing: 2\/2\./u);
  assert.match(stdout, /not begun/u);
});

test('the plan shows all parts, and runs nothing', async () => {
  using sandbox = openPoorSandbox();
  const { exitCode, stdout } = await sandbox.run('drill', ...names, '--shard', '1/2', '--plan');
  assert.equal(exitCode, 0);
  assert.match(
    stdout,
    /^Shard 1\/2 {2}1 drills?, about .* this one\n {2}full-array\n\nShard 2\/2 {2}2 drills.*\n {2}slow-disk\n {2}tiny-disks$/mu,
  );
  const json = await sandbox.run('drill', ...names, '--shard', '1/2', '--plan', '--json');
  const { shard, shards } = JSON.parse(json.stdout) as {
    readonly shard: number;
    readonly shards: readonly { readonly jobs: readonly string[] }[];
  };
  assert.deepEqual([shard, shards.map(({ jobs }) => jobs)], [1, [['full-array'], ['slow-disk', 'tiny-disks']]]);
  assert.ok(!existsSync(join(sandbox.hostPath, 'raidlab-results')));
});

test('more shards than drills: one that has nothing to do holds, and merges', async () => {
  using sandbox = openPoorSandbox();
  const { exitCode } = await sandbox.run('drill', 'slow-disk', '--shard', '2/2', '--reporter', 'bundle=2.bundle');
  assert.equal(exitCode, 0);
  await sandbox.run('drill', 'slow-disk', '--shard', '1/2', '--reporter', 'bundle=1.bundle');
  assert.equal((await sandbox.run('merge', '1.bundle', '2.bundle')).exitCode, 69);
});

test('a bundle is a tar that everybody can open, and tells nothing of the home', async () => {
  using sandbox = openPoorSandbox();
  const [first = ''] = await runShards(sandbox, 1);
  const listed = spawnSync('tar', ['tzf', join(sandbox.hostPath, first)], { encoding: 'utf8' });
  assert.deepEqual(
    [listed.status, listed.stderr, listed.stdout.split('\n').slice(0, 3)],
    [0, '', ['bundle.json', 'events.ndjson', 'result.json']],
  );
  const text = gunzipSync(readFileSync(join(sandbox.hostPath, first))).toString('latin1');
  assert.ok(!text.includes(sandbox.hostPath), 'the home is in it');
  assert.ok(text.includes('"directory":"~/raidlab-results/'));
});

test('what has to be said is said before anything is run or kept', async () => {
  using sandbox = openPoorSandbox();
  for (const [words, why] of [
    [['drill', '--shard', '3/2'], /Expected a part such as 2\/5/u],
    [['drill', '--shard', '1/2', '--seed', 'random'], /Every shard would draw a seed of its own/u],
    [['drill', '--reporter', 'bundle'], /A bundle is no text: give it a file/u],
    [['merge', 'there-is-none.bundle'], /there-is-none\.bundle cannot be used as a bundle: there is no such file\./u],
    [['merge'], /Name at least one bundle/u],
  ] as const) {
    const { exitCode, stderr } = await sandbox.run(...words);
    assert.equal(exitCode, 64, stderr);
    assert.match(stderr, why);
  }
  assert.ok(!existsSync(join(sandbox.hostPath, 'raidlab-results')));
});

test('what is no bundle is refused before anything is kept', async () => {
  using sandbox = openPoorSandbox();
  writeFileSync(join(sandbox.hostPath, 'strange.bundle'), 'a stranger');
  const { exitCode, stderr } = await sandbox.run('merge', 'strange.bundle');
  assert.equal(exitCode, 64, stderr);
  assert.match(stderr, /strange\.bundle cannot be used as a bundle: it is not compressed by gzip, or it is damaged\./u);
  assert.ok(!existsSync(join(sandbox.hostPath, 'raidlab-results')));
  assert.deepEqual(readdirSync(join(sandbox.hostPath, 'cache/raidlab/work')), []);
});
