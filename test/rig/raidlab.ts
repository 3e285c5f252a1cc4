import { spawn } from 'node:child_process';
import type { ChildProcess } from 'node:child_process';
import { mkdtemp, readdir, readFile, rm } from 'node:fs/promises';
import { homedir, tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as delay } from 'node:timers/promises';
import { fileURLToPath } from 'node:url';
import type { RecordedEvent } from '../../src/core/event.ts';

const mainHostPath = fileURLToPath(new URL('../../src/cli/main.ts', import.meta.url));

/** A directory of a test's own; gone when disposed. */
export async function openTestDirectory(): Promise<AsyncDisposable & { readonly hostPath: string }> {
  const hostPath = await mkdtemp(join(tmpdir(), 'raidlab-test-'));
  return { hostPath, [Symbol.asyncDispose]: async () => rm(hostPath, { recursive: true, force: true }) };
}

/** A `raidlab` that was typed. */
export interface TypedRaidlab {
  readonly child: ChildProcess;
  /** Resolves when it has ended: its exit status (128 + N for a signal) and what it said. */
  readonly ended: Promise<{ readonly exitCode: number; readonly stdout: string; readonly stderr: string }>;
  /** Resolves with the first event of a `--json` run that the predicate accepts; rejects when the process ends without one. */
  event(wanted: (event: RecordedEvent) => boolean): Promise<RecordedEvent>;
  /** Resolves when standard error has the text. */
  complained(text: string): Promise<void>;
}

/**
 * Types `raidlab WORDS…` in a directory, as a process of its own, with real signals, pipes and exit status; `through` another program,
 * which becomes it. What it says has the signs of UTF-8, whatever the locale of whoever runs the tests.
 */
export function typeRaidlab(
  cwdHostPath: string,
  words: readonly string[],
  env: Readonly<Record<string, string>> = {},
  through: readonly string[] = [],
): TypedRaidlab {
  const [program = '', ...argv] = [
    ...through,
    process.execPath,
    '--max-semi-space-size=4',
    '--disable-warning=ExperimentalWarning',
    mainHostPath,
    ...words,
  ];
  const child = spawn(program, argv, {
    cwd: cwdHostPath,
    env: { ...process.env, LC_ALL: 'C.UTF-8', ...env },
    stdio: ['ignore', 'pipe', 'pipe'],
  });
  let stdout = '';
  let stderr = '';
  const events: RecordedEvent[] = [];
  const listeners = new Set<() => void>();
  let unread = '';
  child.stdout.setEncoding('utf8').on('data', (text: string) => {
    stdout += text;
    const lines = (unread + text).split('\n');
    unread = lines.pop() ?? '';
    for (const line of lines) if (line.startsWith('{"v":1,"seq":')) events.push(JSON.parse(line) as RecordedEvent);
    for (const listener of listeners) listener();
  });
  child.stderr.setEncoding('utf8').on('data', (text: string) => {
    stderr += text;
    for (const listener of listeners) listener();
  });
  const ended = new Promise<{ exitCode: number; stdout: string; stderr: string }>((resolve) => {
    child.on('close', (code, signal) => {
      resolve({ exitCode: code ?? (signal === 'SIGKILL' ? 137 : 128), stdout, stderr });
    });
  });
  const event = async (wanted: (event: RecordedEvent) => boolean): Promise<RecordedEvent> =>
    new Promise((resolve, reject) => {
      const look = (): void => {
        const found = events.find(wanted);
        if (found === undefined) return;
        listeners.delete(look);
        resolve(found);
      };
      listeners.add(look);
      look();
      void ended.then(({ exitCode }) => {
        reject(new Error(`it ended with exit ${String(exitCode)} before the event; stderr: ${stderr.slice(-2000)}`));
      });
    });
  const complained = async (text: string): Promise<void> =>
    new Promise((resolve) => {
      const look = (): void => {
        if (!stderr.includes(text)) return;
        listeners.delete(look);
        resolve();
      };
      listeners.add(look);
      look();
    });
  return { child, ended, event, complained };
}

/** Reads the events of the last run in a directory. */
export async function readEvents(cwdHostPath: string): Promise<readonly RecordedEvent[]> {
  const text = await readFile(join(cwdHostPath, 'raidlab-results', 'latest', 'events.ndjson'), 'utf8');
  return text
    .split('\n')
    .filter((line) => line !== '')
    .map((line) => JSON.parse(line) as RecordedEvent);
}

/** Gives the pids of QEMU processes whose command line names the given text: a machine's sockets or disks. */
async function qemusNaming(text: string): Promise<readonly number[]> {
  const pids = (await readdir('/proc')).filter((name) => /^\d+$/u.test(name));
  const found: number[] = [];
  for (const pid of pids) {
    const cmdline = await readFile(`/proc/${pid}/cmdline`, 'utf8').catch(() => '');
    if (cmdline.includes('qemu-system') && cmdline.includes(text)) found.push(Number(pid));
  }
  return found;
}

/** The scratch of a run in the cache that `./raidlab` uses. */
export interface RunScratch {
  /** The directory's name in the cache's `work`. */
  readonly name: string;
  /** Where its sockets are: what its QEMU is known by. */
  readonly socketsHostPath: string;
}

const workHostPath = join(process.env.XDG_CACHE_HOME ?? join(homedir(), '.cache'), 'raidlab', 'work');

/** Gives the scratch that belongs to a process: its own alone, for other people's drills may run meanwhile. */
export async function scratchOf(typed: TypedRaidlab): Promise<readonly RunScratch[]> {
  const names = await readdir(workHostPath).catch((): string[] => []);
  const found: RunScratch[] = [];
  for (const name of names) {
    const text = await readFile(join(workHostPath, name, 'owner.json'), 'utf8').catch(() => '');
    const owner = text === '' ? undefined : (JSON.parse(text) as { readonly pid: number; readonly outsideHostPaths: readonly string[] });
    const [socketsHostPath] = owner?.outsideHostPaths ?? [];
    if (owner?.pid === typed.child.pid && socketsHostPath !== undefined) found.push({ name, socketsHostPath });
  }
  return found;
}

/** Waits until no QEMU names the text any more: a killed process takes a moment to go. Gives the pids that are still there after 3 s. */
export async function qemusLeft(text: string): Promise<readonly number[]> {
  for (let look = 0; look < 30; look += 1) {
    if ((await qemusNaming(text)).length === 0) return [];
    await delay(100);
  }
  return qemusNaming(text);
}

/** Lists everything below a directory, relative, sorted; empty when it does not exist. */
export async function listBelow(hostPath: string): Promise<readonly string[]> {
  return (await readdir(hostPath, { recursive: true }).catch((): string[] => [])).sort();
}
