import assert from 'node:assert/strict';
import { existsSync, mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { test } from 'node:test';
import { parse } from 'junit2json';
import { Parser } from 'tap-parser';
import type { RecordedEvent } from '../../core/event.ts';
import type { RunResult } from '../../report/drill/result.ts';
import { openSandbox } from '../fixtures/run-raidlab.ts';
import type { Sandbox } from '../fixtures/run-raidlab.ts';

/** A sandbox in which no image can be built, so that every drill fails at its beginning. */
function openPoorSandbox(env: Readonly<Record<string, string>> = {}): Sandbox {
  const sandbox = openSandbox({ RAIDLAB_MIRROR: 'http://mirror.invalid/', ...env });
  sandbox.scriptProgram('mmdebstrap', 'echo "E: no" >&2; exit 1');
  return sandbox;
}

const read = (sandbox: Sandbox, ...path: readonly string[]): string => readFileSync(join(sandbox.hostPath, ...path), 'utf8');

const eventsOf = (text: string): readonly RecordedEvent[] =>
  text
    .trimEnd()
    .split('\n')
    .map((row) => JSON.parse(row) as RecordedEvent);

const twice = ['drill', '--repeat', '2', '--jobs', '1'];

test('several reporters at once: the list and annotations on standard output, the others in their files, all of one run', async () => {
  using sandbox = openPoorSandbox({ GITHUB_STEP_SUMMARY: 'summary.md' });
  writeFileSync(join(sandbox.hostPath, 'summary.md'), 'of the step before\n');
  const files = ['junit=out/junit.xml', 'tap=out.tap', 'json=events.ndjson', 'list=report.txt', 'github'].flatMap((spec) => [
    '--reporter',
    spec,
  ]);
  const { exitCode, stdout, stderr } = await sandbox.run(...twice, ...files);
  assert.equal(exitCode, 69);
  assert.equal(stderr.match(/^raidlab: replace-missing-disk(?:-2)?: Building kernel of trixie failed\.$/gmu)?.length, 2, stderr);
  assert.match(stdout, /^2 drills, one at a time$/mu);
  assert.equal(stdout.match(/^::error title=replace-missing-disk/gmu)?.length, 2);
  const listed = stdout.split('\n').filter((row) => !row.startsWith('::'));
  assert.equal(read(sandbox, 'report.txt'), listed.join('\n'));
  const junit = (await parse(read(sandbox, 'out/junit.xml'))) as unknown as { readonly tests: number; readonly errors: number };
  assert.deepEqual([junit.tests, junit.errors], [2, 2]);
  const points: string[] = [];
  const parser = new Parser({ strict: true });
  parser.on('assert', (point: { readonly name: string }) => points.push(point.name));
  parser.end(read(sandbox, 'out.tap'));
  assert.deepEqual(points, ['replace-missing-disk', 'replace-missing-disk-2']);
  assert.match(read(sandbox, 'summary.md'), /^of the step before\n## raidlab: 2 failed\n/u);
  assert.equal(read(sandbox, 'events.ndjson'), read(sandbox, 'raidlab-results/latest/events.ndjson'));
});

test('a reporter for programs has standard output for itself', async () => {
  using sandbox = openPoorSandbox();
  const junit = await sandbox.run(...twice, '--reporter', 'junit');
  assert.match(junit.stdout, /^<\?xml [^]*<\/testsuites>\n$/u);
  const json = await sandbox.run(...twice, '--reporter', 'json');
  assert.equal(json.stdout, read(sandbox, 'raidlab-results/latest/events.ndjson'));
});

test('a file that cannot be written is named before anything is run', async () => {
  using sandbox = openPoorSandbox();
  mkdirSync(join(sandbox.hostPath, 'taken'));
  const { exitCode, stderr } = await sandbox.run('drill', '--reporter', 'junit=taken');
  assert.match(stderr, /^raidlab: \S+taken cannot be written; it holds the junit report\.\n.*\n {2}→ .*--reporter NAME=FILE/mu);
  assert.equal(exitCode, 69);
  assert.equal(existsSync(join(sandbox.hostPath, 'raidlab-results')), false);
});

test('a report that is lost on a full disk is told, decides the exit code, and takes neither the other reports nor the record with it', async () => {
  using sandbox = openPoorSandbox();
  const files = ['tap=/dev/full', 'junit=junit.xml', 'json=/dev/full'].flatMap((spec) => ['--reporter', spec]);
  const { exitCode, stderr } = await sandbox.run('drill', ...files);
  assert.equal(
    stderr.match(/No space left on the disk that holds \/dev\/full, while writing the (?:tap|json) report/gu)?.length,
    2,
    stderr,
  );
  assert.equal(exitCode, 69);
  assert.match(read(sandbox, 'junit.xml'), /<\/testsuites>/u);
  const events = eventsOf(read(sandbox, 'raidlab-results/latest/events.ndjson'));
  assert.equal(events.at(-1)?.type, 'run-ended');
  const result = JSON.parse(read(sandbox, 'raidlab-results/latest/result.json')) as RunResult;
  assert.deepEqual(
    result.failures.map(({ job, reason }) => [job, reason]),
    [
      ['replace-missing-disk', 'build-failed'],
      [undefined, 'disk-full'],
      [undefined, 'disk-full'],
    ],
  );
  assert.equal(result.exitCode, 69);
});
