import assert from 'node:assert/strict';
import { execFileSync, spawn } from 'node:child_process';
import { once } from 'node:events';
import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { test } from 'node:test';
import { setTimeout as delay } from 'node:timers/promises';
import { RaidlabError } from '../../core/failure/failure.ts';
import type { Context } from '../context.ts';
import { hostProcessFailure, runHostCommand, startHostProcess } from './host-process.ts';
import { isProcessAlive, parseProcessStartTime, readProcessIdentity } from './process-identity.ts';
import { createContext } from '../context.ts';

const purpose = 'test how host processes behave';

function context(signal = new AbortController().signal): Context {
  return createContext({ signal });
}

async function failureOf(promise: Promise<unknown>) {
  const error = await promise.then(
    () => undefined,
    (reason: unknown) => reason,
  );
  assert.ok(error instanceof RaidlabError, `expected a RaidlabError, got ${String(error)}`);
  return error.failure;
}

function isRunning(pid: number): boolean {
  try {
    return !execFileSync('cat', [`/proc/${String(pid)}/stat`], { encoding: 'utf8', stdio: ['ignore', 'pipe', 'ignore'] }).includes(') Z ');
  } catch {
    return false;
  }
}

async function waitUntil(condition: () => boolean): Promise<void> {
  for (let left = 100; !condition(); left--) {
    assert.ok(left > 0, 'waited 5 s in vain');
    await delay(50);
  }
}

test('output that is no text is taken as it is', async () => {
  const taken: Uint8Array[] = [];
  const argv = ['sh', '-c', 'printf "\\377\\000\\r\\n\\302"; sleep 0.1; printf "\\n\\n"; head -c 300000 /dev/zero; echo said >&2; exit 3'];
  const { stdout, stderr, exitCode } = await runHostCommand(context(), argv, {
    purpose,
    okExitCodes: 'all',
    takeBytes: (bytes) => taken.push(bytes),
  });
  assert.deepEqual([stdout, stderr, exitCode], ['', 'said\n', 3]);
  assert.deepEqual(Buffer.concat(taken), Buffer.concat([Buffer.from([255, 0, 13, 10, 0xc2, 10, 10]), Buffer.alloc(300_000)]));
});

test('a command gives its output byte for byte, and each line as it appears', async () => {
  const lines: string[] = [];
  const result = await runHostCommand(context(), ['sh', '-c', 'printf "a\\n\\nb"; printf "c\\r\\n" >&2; cat'], {
    purpose,
    input: '\nin\n',
    onLine: (line, stream) => lines.push(`${stream} ${line}`),
  });
  assert.equal(result.stdout, 'a\n\nb\nin\n');
  assert.equal(result.stderr, 'c\r\n');
  assert.equal(result.exitCode, 0);
  assert.deepEqual(
    lines.filter((line) => line.startsWith('stdout')),
    ['stdout a', 'stdout ', 'stdout b', 'stdout in'],
  );
  assert.ok(lines.includes('stderr c'));
});

test('the locale is fixed, so that outputs parse', async () => {
  const { stdout } = await runHostCommand(context(), ['sh', '-c', 'echo "$LC_ALL/$LANGUAGE/$EXTRA"'], {
    purpose,
    env: { EXTRA: 'x', LC_ALL: 'de_DE' },
  });
  assert.equal(stdout, 'C.UTF-8//x\n');
});

test('an exit status that was not announced is a failure with the command and what it said', async () => {
  const argv = ['sh', '-c', 'echo gone wrong >&2; exit 3'];
  assert.deepEqual(await failureOf(runHostCommand(context(), argv, { purpose })), {
    area: 'host',
    reason: 'command-failed',
    argv,
    exitCode: 3,
    said: 'gone wrong',
  });
  const { exitCode } = await runHostCommand(context(), argv, { purpose, okExitCodes: [0, 3] });
  assert.equal(exitCode, 3);
});

test('of a failed command the last lines that say something are told, of its standard output where its standard error says nothing', async () => {
  const argv = ['sh', '-c', 'seq 1000; echo why; echo; echo >&2; exit 1'];
  const failure = await failureOf(runHostCommand(context(), argv, { purpose }));
  assert.ok(failure.reason === 'command-failed');
  assert.equal(failure.said.split('\n').at(-1), 'why');
  assert.equal(failure.said.split('\n').length, 20);
});

test('a program that is not installed is named with its purpose', async () => {
  const missing = { area: 'host', reason: 'program-missing', program: 'no-such-program', purpose };
  assert.deepEqual(await failureOf(runHostCommand(context(), ['no-such-program', 'x'], { purpose })), missing);
  await using started = await startHostProcess(context(), ['no-such-program', 'x'], { purpose });
  assert.deepEqual(hostProcessFailure(started.argv, { purpose }, await started.ended).failure, missing);
});

test('without setpriv nothing is started', async () => {
  const env = { PATH: '/nonexistent' };
  const missing = { area: 'host', reason: 'program-missing', program: 'setpriv', purpose };
  assert.deepEqual(await failureOf(runHostCommand(context(), ['true'], { purpose, env })), missing);
  assert.deepEqual(await failureOf(startHostProcess(context(), ['true'], { purpose, env })), missing);
});

test('a program in the command that says "No such file" is not mistaken for a missing program', async () => {
  const failure = await failureOf(runHostCommand(context(), ['cat', '/nonexistent'], { purpose }));
  assert.equal(failure.reason, 'command-failed');
});

test('a full disk is told apart from other failures', async () => {
  const failure = await failureOf(
    runHostCommand(context(), ['cp', '/etc/hostname', '/dev/full'], { purpose, writesHostPath: '/some/cache' }),
  );
  assert.equal(failure.reason, 'disk-full');
  assert.ok('hostPath' in failure && failure.hostPath === '/some/cache');
});

test('when the context ends, the command and what it started are stopped before the call settles', async () => {
  const controller = new AbortController();
  const pids: number[] = [];
  const reason = new RaidlabError({ area: 'host', reason: 'interrupted', signal: 'SIGINT' });
  const promise = runHostCommand(
    context(controller.signal),
    ['sh', '-c', 'trap "" TERM; sleep 60 & echo $!; echo $$; while :; do sleep 1; done'],
    {
      purpose,
      graceMs: 200,
      onLine: (line) => {
        if (pids.push(Number(line)) === 2) controller.abort(reason);
      },
    },
  );
  assert.equal((await failureOf(promise)).reason, 'interrupted');
  await waitUntil(() => !pids.some(isRunning));
  await assert.rejects(runHostCommand(context(controller.signal), ['true'], { purpose }), reason);
});

test('a command that takes too long fails with what it last said', async () => {
  const failure = await failureOf(runHostCommand(context(), ['sh', '-c', 'echo still here; sleep 60'], { purpose, timeoutMs: 1500 }));
  assert.ok(failure.reason === 'wait-timed-out');
  assert.equal(failure.lastSeen, 'still here');
});

test('a long-lived process is gone when it is disposed, and says how it ended', async () => {
  const started = await startHostProcess(context(), ['sh', '-c', 'echo up >&2; exec sleep 60'], { purpose });
  await waitUntil(() => started.stderrSoFar() === 'up\n');
  assert.equal(started.end(), undefined);
  assert.ok(isRunning(started.pid));
  await started[Symbol.asyncDispose]();
  assert.ok(!isRunning(started.pid));
  assert.deepEqual(await started.ended, { signal: 'SIGKILL', stdout: '', stderr: 'up\n' });
});

test('the pid is the command’s own, so that it can be recorded and recognised', async () => {
  await using started = await startHostProcess(context(), ['sleep', '60'], { purpose });
  await waitUntil(() => execFileSync('cat', [`/proc/${String(started.pid)}/comm`], { encoding: 'utf8' }) === 'sleep\n');
  const identity = await readProcessIdentity(started.pid);
  assert.ok(identity);
  assert.ok(await isProcessAlive(identity));
  assert.ok(!(await isProcessAlive({ ...identity, startTime: '1' })));
  started.kill('SIGTERM');
  assert.equal((await started.ended).signal, 'SIGTERM');
  assert.ok(!(await isProcessAlive(identity)));
});

test('what we started dies with us, even by kill -9', async () => {
  const script = `
    import { startHostProcess } from ${JSON.stringify(join(import.meta.dirname, 'host-process.ts'))};
    import { createContext } from ${JSON.stringify(join(import.meta.dirname, '../context.ts'))};
    const ctx = createContext();
    const started = await startHostProcess(ctx, ['sleep', '60'], { purpose: 'x' });
    setTimeout(() => console.log(started.pid), 300);`;
  const us = spawn(process.execPath, ['--disable-warning=ExperimentalWarning', '--input-type=module-typescript', '-e', script], {
    stdio: ['ignore', 'pipe', 'inherit'],
  });
  const [chunk] = (await once(us.stdout, 'data')) as [Buffer];
  const pid = Number(chunk.toString());
  assert.ok(isRunning(pid));
  us.kill('SIGKILL');
  await waitUntil(() => !isRunning(pid));
});

test('the start time is found whatever the command is called', async () => {
  const stat = await readFile('/proc/self/stat', 'utf8');
  assert.equal(parseProcessStartTime(stat), parseProcessStartTime(stat.replace(/\(.*\)/, '(a) b (c d)')));
  assert.match(parseProcessStartTime(stat) ?? '', /^\d+$/);
  assert.equal(parseProcessStartTime('17 (x) S 1 2'), undefined);
});
