import assert from 'node:assert/strict';
import { spawn } from 'node:child_process';
import type { ChildProcess } from 'node:child_process';
import { once } from 'node:events';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { test } from 'node:test';
import { setTimeout as delay } from 'node:timers/promises';
import { fileURLToPath } from 'node:url';

const earUrl = new URL('signal-ear.ts', import.meta.url).href;
const mainHostPath = fileURLToPath(new URL('../../cli/main.ts', import.meta.url));

interface Started extends Disposable {
  readonly child: ChildProcess;
  /** Resolves when it has said so. */
  readonly said: (text: string) => Promise<void>;
  readonly ended: Promise<readonly [number | null, string | null]>;
  /** Sends as a terminal does: to the whole group. */
  readonly send: (signal: NodeJS.Signals) => void;
}

/** Starts Node in a process group of its own, as a shell does. */
function start(...argv: readonly string[]): Started {
  const child = spawn(process.execPath, ['--disable-warning=ExperimentalWarning', ...argv], {
    detached: true,
    stdio: ['ignore', 'pipe', 'ignore'],
  });
  const group = -(child.pid ?? 0);
  let text = '';
  let noticed = (): void => undefined;
  child.stdout.setEncoding('utf8').on('data', (more: string) => {
    text += more;
    noticed();
  });
  const ended = once(child, 'exit').then(([code, signal]) => [code as number | null, signal as string | null] as const);
  return {
    child,
    ended,
    said: (wanted) =>
      new Promise((resolve) => {
        noticed = () => {
          if (text.includes(wanted)) resolve();
        };
        noticed();
      }),
    send: (signal) => {
      process.kill(group, signal);
    },
    [Symbol.dispose]: () => {
      if (child.exitCode === null && child.signalCode === null) process.kill(group, 'SIGKILL');
    },
  };
}

/** Presses Ctrl-C again and again until it has ended; gives how, and how often that took. */
async function pressUntilEnded(
  started: Started,
): Promise<{ readonly how: readonly [number | null, string | null]; readonly presses: number }> {
  let presses = 1;
  started.send('SIGINT');
  const hand = setInterval(() => {
    presses += 1;
    started.send('SIGINT');
  }, 400);
  const how = await started.ended;
  clearInterval(hand);
  return { how, presses };
}

/** A program that hears, as raidlab does; `then` is what it does then. */
const program = (then: string): readonly string[] => [
  '--input-type=module',
  '--eval',
  `import { writeSync } from 'node:fs';
  const { openSignalEar } = await import(${JSON.stringify(earUrl)});
  const ear = openSignalEar();
  let taken = 0;
  process.on('SIGINT', () => {
    taken += 1;
    ear.taken();
    writeSync(1, 'taken' + taken + ' ');
    if (taken === 3) setTimeout(() => process.exit(7), 1500);
  });
  setInterval(() => undefined, 1000);
  await ear.listening;
  writeSync(1, 'ready ');
  ${then}`,
];

/** Presses Ctrl-C three times, each when the one before was taken. */
async function pressThrice(started: Started): Promise<void> {
  await started.said('ready');
  for (const taken of ['taken1 ', 'taken2 ', 'taken3 ']) {
    started.send('SIGINT');
    await started.said(taken);
  }
}

test('who is deaf is ended by the second Ctrl-C, and not by the first', { timeout: 30_000 }, async () => {
  using started = start(...program('for (;;) {}'));
  await started.said('ready');
  const { how, presses } = await pressUntilEnded(started);
  assert.deepEqual(how, [null, 'SIGKILL']);
  assert.ok(presses > 1, String(presses));
});

test('who takes each signal is left alone', { timeout: 30_000 }, async () => {
  using started = start(...program(''));
  await pressThrice(started);
  assert.deepEqual(await started.ended, [7, null]);
});

test('who could not run because the whole host stood still is left alone', { timeout: 30_000 }, async () => {
  using started = start(...program(''));
  await pressThrice(started);
  started.send('SIGSTOP');
  await delay(1300);
  started.send('SIGCONT');
  assert.deepEqual(await started.ended, [7, null]);
});

test('who says that it ends, and does not, is ended', { timeout: 30_000 }, async () => {
  using started = start(...program('ear.ending(); for (;;) {}'));
  assert.deepEqual(await started.ended, [null, 'SIGKILL']);
});

test('a drill of one’s own that never returns is ended by the second Ctrl-C', { timeout: 60_000 }, async () => {
  const hostPath = mkdtempSync(join(tmpdir(), 'raidlab-test-'));
  writeFileSync(join(hostPath, 'endless.mjs'), "import { writeSync } from 'node:fs';\nwriteSync(1, 'looping');\nfor (;;) {}\n");
  using started = start(mainHostPath, 'drill', join(hostPath, 'endless.mjs'), '--plan');
  await started.said('looping');
  assert.deepEqual((await pressUntilEnded(started)).how, [null, 'SIGKILL']);
  rmSync(hostPath, { recursive: true });
});
