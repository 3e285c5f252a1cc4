import assert from 'node:assert/strict';
import { spawn, spawnSync } from 'node:child_process';
import { once } from 'node:events';
import { mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join, resolve } from 'node:path';
import { test } from 'node:test';
import { setTimeout as delay } from 'node:timers/promises';
import { fileURLToPath } from 'node:url';
import { compareJournal } from '../core/journal/compare-journal.ts';
import { journalBytes, journalRecordBytes } from '../core/journal/journal-record.ts';

const program = fileURLToPath(new URL('guest-programs/journal-writer.pl', import.meta.url));

/** How long a test waits for the writer, milliseconds; it writes fifty records a second. */
const patienceMs = 20_000;

interface Writer extends Disposable {
  readonly fileHostPath: string;
  readonly directoryHostPath: string;
  lines(): readonly string[];
  waitForLines(count: number, word: string): Promise<void>;
  /** Sends SIGTERM and gives the exit code. */
  stop(): Promise<number | null>;
}

/** Starts the writer on this host; a plain file stands for the virtio port. */
function startWriter(seed: string, segment: number, fileName: string): Writer {
  const directoryHostPath = mkdtempSync(join(tmpdir(), 'raidlab-journal-'));
  const port = join(directoryHostPath, 'port');
  writeFileSync(port, '');
  const fileHostPath = resolve(directoryHostPath, fileName);
  const child = spawn('perl', [program, fileHostPath, seed, String(segment), port], { stdio: ['ignore', 'ignore', 'inherit'] });
  const lines = (): readonly string[] => readFileSync(port, 'utf8').split('\n').slice(0, -1);
  return {
    fileHostPath,
    directoryHostPath,
    lines,
    waitForLines: async (count, word) => {
      const deadline = Date.now() + patienceMs;
      while (lines().filter((line) => line.startsWith(word)).length < count) {
        assert.ok(Date.now() < deadline, `waiting for ${String(count)} lines of ${word}; last seen: ${lines().at(-1) ?? 'nothing'}`);
        await delay(20);
      }
    },
    stop: async () => {
      child.kill('SIGTERM');
      const [code] = (await once(child, 'exit')) as [number | null];
      return code;
    },
    [Symbol.dispose]: () => {
      child.kill('SIGKILL');
      rmSync(directoryHostPath, { recursive: true, force: true });
    },
  };
}

test('the writer in perl writes the bytes that the host expects, says each record durable, and stops when told', async () => {
  using writer = startWriter('a seed with ümlaut', 7, 'segment-7');
  await writer.waitForLines(12, 'durable');
  assert.equal(await writer.stop(), 0);
  const lines = writer.lines();
  const count = lines.length - 1;
  assert.deepEqual(lines, [...Array.from({ length: count }, (_, index) => `durable 7 ${String(index)}`), `stopped 7 ${String(count)}`]);
  const content = readFileSync(writer.fileHostPath);
  assert.ok(content.equals(journalBytes('a seed with ümlaut', 7, count)));
  assert.deepEqual(compareJournal('a seed with ümlaut', 7, count, content.toString('utf8')), []);
});

test('a write that fails is reported with its errno, and the writer goes on with the next record at its own place', async () => {
  using writer = startWriter('s', 1, 'later/segment-1');
  await writer.waitForLines(2, 'failed');
  mkdirSync(join(writer.directoryHostPath, 'later'));
  await writer.waitForLines(3, 'durable');
  assert.equal(await writer.stop(), 0);
  const lines = writer.lines();
  assert.deepEqual(lines.slice(0, 2), ['failed 1 0 2', 'failed 1 1 2']);
  const first = Number(lines.find((line) => line.startsWith('durable'))?.split(' ')[2]);
  const content = readFileSync(writer.fileHostPath);
  assert.ok(
    content.subarray(0, first * journalRecordBytes).every((byte) => byte === 0),
    'a failed record leaves a gap',
  );
  const count = content.length / journalRecordBytes;
  assert.ok(content.subarray(first * journalRecordBytes).equals(journalBytes('s', 1, count).subarray(first * journalRecordBytes)));
});

test('no space is errno 28', async () => {
  using writer = startWriter('s', 1, '/dev/full');
  await writer.waitForLines(1, 'failed');
  assert.equal(await writer.stop(), 0);
  assert.equal(writer.lines()[0], 'failed 1 0 28');
});

test('the writer refuses to start without its four arguments', () => {
  const { status, stderr } = spawnSync('perl', [program, 'x'], { encoding: 'utf8' });
  assert.notEqual(status, 0);
  assert.match(stderr, /^usage: /u);
});
