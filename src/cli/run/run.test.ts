import assert from 'node:assert/strict';
import { spawnSync } from 'node:child_process';
import { mkdtempSync, readdirSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { Readable } from 'node:stream';
import { after, test } from 'node:test';
import { fileURLToPath } from 'node:url';
import type { RecordedEvent } from '../../core/event.ts';
import { exitCodes } from '../../core/exit-code.ts';
import type { ExitCode } from '../../core/exit-code.ts';
import { RaidlabError } from '../../core/failure/failure.ts';
import type { RunResult } from '../../report/drill/result.ts';
import type { Cli } from '../cli.ts';
import { makeCli } from '../make-cli.ts';
import type { TextStream } from '../terminal/output.ts';
import { presentFailures, presentOnTerminal } from './presenter.ts';
import { openHtmlReport } from './html-report.ts';
import { withRun } from './run.ts';
import type { OpenRun } from './run.ts';

const root = mkdtempSync(join(tmpdir(), 'raidlab-run-'));
after(() => {
  rmSync(root, { recursive: true });
});

class Recording implements TextStream {
  readonly isTTY = false;
  text = '';

  write(text: string, done?: () => void): boolean {
    this.text += text;
    done?.();
    return true;
  }

  on(): this {
    return this;
  }
}

interface Seen {
  readonly exitCode: ExitCode;
  readonly stdout: string;
  readonly stderr: string;
  readonly events: readonly RecordedEvent[];
  readonly result: RunResult;
  readonly hostPath: string;
}

let runs = 0;

async function see(work: (run: OpenRun, cli: Cli) => Promise<ExitCode>): Promise<Seen> {
  runs += 1;
  const resultsHostPath = join(root, String(runs));
  const stdout = new Recording();
  const stderr = new Recording();
  const facts = {
    version: '0.1.0',
    nodeVersion: '24.0.0',
    moduleUrl: 'file:///x/dist/cli/main.js',
    env: { LANG: 'C.UTF-8' },
    cwdHostPath: root,
    nodeArgv: ['node'] as const,
  };
  const cli = makeCli({ ...facts, argv: ['drill', '--seed', '7'], stdin: () => Readable.from([]), stdout, stderr });
  const shown = { drills: 1, verbose: false, cwdHostPath: root, program: cli.program };
  const presenters = [presentFailures(cli.screen, shown), presentOnTerminal(cli.screen, shown)];
  const exitCode = await withRun(cli, { name: 'x', resultsHostPath, presenters, html: openHtmlReport() }, async (run) => work(run, cli));
  const hostPath = join(resultsHostPath, 'latest');
  const events = readFileSync(join(hostPath, 'events.ndjson'), 'utf8')
    .trimEnd()
    .split('\n')
    .map((row) => JSON.parse(row) as RecordedEvent);
  const result = JSON.parse(readFileSync(join(hostPath, 'result.json'), 'utf8')) as RunResult;
  return { exitCode, stdout: stdout.text, stderr: stderr.text, events, result, hostPath };
}

test('a run is numbered without gaps, from run-started to run-ended', async () => {
  const { exitCode, events, result, stdout } = await see(({ ctx }) => {
    ctx.emit({ type: 'remark-made', text: 'hello' });
    return Promise.resolve(exitCodes.broken);
  });
  assert.deepEqual(
    events.map((event) => [event.v, event.seq, event.type]),
    [
      [1, 0, 'run-started'],
      [1, 1, 'remark-made'],
      [1, 2, 'run-ended'],
    ],
  );
  assert.deepEqual([exitCode, result.exitCode], [1, 1]);
  assert.equal(result.command, 'raidlab drill --seed 7');
  assert.match(stdout, /^ {4}hello\n\n {2}report {7}1\/\S+\/report\.html\n {2}evidence {5}1\/\d+T\d+Z-x-[0-9a-f]{4}\/$/mu);
});

test('a failure is told in its layers, recorded, and decides the exit code', async () => {
  const { exitCode, events, result, stderr } = await see(() => {
    throw new RaidlabError({ area: 'host', reason: 'command-failed', argv: ['mmdebstrap', 'trixie'], exitCode: 3, said: 'E: no\nE: way' });
  });
  assert.equal(
    stderr,
    'raidlab: A command on this host failed (exit 3).\n  ran  host: mmdebstrap trixie\n  │ E: no\n  │ E: way\n  → Read its output; `raidlab doctor` checks the usual causes.\n',
  );
  assert.deepEqual(
    events.map((event) => event.type),
    ['run-started', 'run-failed', 'run-ended'],
  );
  assert.equal(exitCode, 69);
  assert.equal(result.failures[0]?.reason, 'command-failed');
});

test('a bug of ours is exit 70, with a plain message and the place of its trace', async () => {
  const { exitCode, stderr, hostPath } = await see(() => {
    throw new TypeError('x is not a function', { cause: new Error('because') });
  });
  assert.equal(exitCode, 70);
  assert.match(stderr, /^raidlab: This is a bug in raidlab: x is not a function$/mu);
  assert.match(stderr, /the trace is in .*trace\.txt/u);
  assert.doesNotMatch(stderr, /run\.test\.ts/u);
  assert.match(readFileSync(join(hostPath, 'trace.txt'), 'utf8'), /TypeError[^]*run\.test\.ts[^]*caused by Error: because/u);
});

test('an interruption outweighs what the work throws on its way out', async () => {
  const { exitCode, events } = await see(({ ctx }, cli) => {
    cli.interruption.receive('SIGINT');
    assert.ok(ctx.signal.aborted);
    throw new Error('socket closed');
  });
  assert.equal(exitCode, 130);
  const failed = events.find((event) => event.type === 'run-failed');
  assert.equal(failed?.reason, 'interrupted');
});

test('the last words of a run that is cut off are run-ended and a result', async () => {
  const { events, result } = await see(async (_run, cli) => {
    cli.lastWords(exitCodes.interrupted);
    await Promise.resolve();
    return exitCodes.interrupted;
  });
  assert.equal(events.find((event) => event.type === 'run-ended')?.exitCode, 130);
  assert.equal(result.exitCode, 130);
});

test('a disk that fills up while a run is recorded: one clear message, exit 69, and a record that can be read', () => {
  const disk = join(root, 'small-disk');
  const script = fileURLToPath(new URL('../fixtures/filling-run.ts', import.meta.url));
  const keptHostPath = mkdtempSync(join(root, 'kept-'));
  const { status, stderr } = spawnSync(
    'unshare',
    // The small disk is there only for the script, so what was written is copied out of it before it goes.
    [
      '--mount',
      '--map-root-user',
      'sh',
      '-c',
      'mkdir "$1" && mount -t tmpfs -o size=2m tmpfs "$1" && { "$2" "$3" "$1"; code=$?; cp -a "$1/." "$4"; exit $code; }',
      'sh',
      disk,
      process.execPath,
      script,
      keptHostPath,
    ],
    { encoding: 'utf8' },
  );
  assert.equal(stderr.match(/No space left on the disk/gu)?.length, 1, stderr);
  assert.match(stderr, /^ {2}→ .*--output/mu);
  assert.equal(status, 69);
  const hostPath = join(keptHostPath, 'latest');
  const events = readFileSync(join(hostPath, 'events.ndjson'), 'utf8')
    .trimEnd()
    .split('\n')
    .map((row) => JSON.parse(row) as RecordedEvent);
  assert.deepEqual(
    events.slice(-2).map((event) => event.type),
    ['run-failed', 'run-ended'],
  );
  assert.deepEqual(
    events.map((event) => event.seq),
    events.map((_event, index) => index),
  );
  assert.equal((JSON.parse(readFileSync(join(hostPath, 'result.json'), 'utf8')) as RunResult).exitCode, 69);
  assert.deepEqual(readdirSync(hostPath).sort(), ['events.ndjson', 'main', 'report.html', 'result.json']);
});
