import assert from 'node:assert/strict';
import { mkdtempSync, readFileSync, readdirSync, readlinkSync, rmSync, statSync, writeFileSync, mkdirSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { after, test } from 'node:test';
import type { EventBody, RecordedEvent } from '../../core/event.ts';
import { RaidlabError } from '../../core/failure/failure.ts';
import { emptyResult } from '../../report/drill/result.ts';
import { createRunDirectory, nameRun } from './run-directory.ts';

const root = mkdtempSync(join(tmpdir(), 'raidlab-test-'));
after(() => {
  rmSync(root, { recursive: true });
});

const recorded = (body: EventBody): RecordedEvent => ({ v: 1, seq: 0, at: '2026-11-22T12:00:00.000Z', ...body });
const modeOf = (hostPath: string): number => statSync(hostPath).mode & 0o777;

test('a run is named for when and what, and two of the same second differ', () => {
  const names = Array.from({ length: 8 }, () => nameRun(new Date(Date.UTC(2026, 10, 22, 8, 30, 5, 123)), 'split-brain'));
  for (const name of names) assert.match(name, /^20261122T083005Z-split-brain-[0-9a-f]{4}$/u);
  assert.ok(new Set(names).size > 1);
});

test('a run leaves events, a result, and the commands of each machine, for nobody else to read', () => {
  const directory = createRunDirectory(join(root, 'results'), 'run-1');
  const ended = { machine: 'main', argv: ['true'], exitCode: 0, stdout: 'out', stderr: '', durationMs: 3 };
  directory.record(recorded({ type: 'remark-made', text: 'hello' }));
  assert.equal(directory.openJob('split-brain'), join(root, 'results', 'run-1', 'split-brain'));
  directory.record({ ...recorded({ type: 'command-ended', ...ended }), job: 'split-brain' });
  directory.writeResult({ ...emptyResult, run: 'run-1' });
  directory.releaseReserve();
  directory.close();
  const { hostPath } = directory;
  const lines = readFileSync(join(hostPath, 'events.ndjson'), 'utf8')
    .trimEnd()
    .split('\n')
    .map((line): unknown => JSON.parse(line));
  assert.equal(lines.length, 2);
  assert.deepEqual(JSON.parse(readFileSync(join(hostPath, 'split-brain/main/commands.ndjson'), 'utf8')), {
    at: '2026-11-22T12:00:00.000Z',
    argv: ['true'],
    exitCode: 0,
    durationMs: 3,
    stdout: 'out',
    stderr: '',
  });
  assert.equal((JSON.parse(readFileSync(join(hostPath, 'result.json'), 'utf8')) as { run: string }).run, 'run-1');
  assert.deepEqual(readdirSync(hostPath).sort(), ['events.ndjson', 'result.json', 'split-brain']);
  for (const directoryHostPath of [join(root, 'results'), hostPath, join(hostPath, 'split-brain'), join(hostPath, 'split-brain/main')]) {
    assert.equal(modeOf(directoryHostPath), 0o700, directoryHostPath);
  }
  assert.equal(modeOf(join(hostPath, 'events.ndjson')), 0o600);
});

test('of a guest’s flood the beginning is recorded, and all that raidlab itself says', () => {
  const directory = createRunDirectory(join(root, 'flooded'), 'run-1', 2000);
  for (let line = 0; line < 100; line += 1) directory.record(recorded({ type: 'console-line-seen', machine: 'main', line: 'flood' }));
  directory.record(recorded({ type: 'remark-made', text: 'the end' }));
  directory.close();
  const lines = readFileSync(join(directory.hostPath, 'events.ndjson'), 'utf8').trimEnd().split('\n');
  assert.ok(lines.slice(0, -1).join('\n').length < 2000);
  assert.match(lines.at(-1) ?? '', /the end/u);
  assert.equal(directory.leftOut(), 101 - lines.length);
});

test('`latest` points to the newest run, by a path that survives a move', () => {
  const results = join(root, 'latest-results');
  createRunDirectory(results, 'run-1').close();
  createRunDirectory(results, 'run-2').close();
  assert.equal(readlinkSync(join(results, 'latest')), 'run-2');
  assert.deepEqual(readdirSync(results).sort(), ['latest', 'run-1', 'run-2']);
});

test('a `latest` that somebody made is left alone', () => {
  const results = join(root, 'own-latest');
  mkdirSync(join(results, 'latest', 'mine'), { recursive: true });
  createRunDirectory(results, 'run-1').close();
  assert.deepEqual(readdirSync(results).sort(), ['latest', 'run-1']);
  assert.deepEqual(readdirSync(join(results, 'latest')), ['mine']);
});

test('a place that cannot be written is named', () => {
  const hostPath = join(root, 'a-file');
  writeFileSync(hostPath, '');
  assert.throws(
    () => createRunDirectory(hostPath, 'run-1'),
    (error) => error instanceof RaidlabError && error.failure.reason === 'not-writable' && error.failure.hostPath === hostPath,
  );
});
