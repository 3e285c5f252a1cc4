import { spawn } from 'node:child_process';
import { fileURLToPath } from 'node:url';

const mainHostPath = fileURLToPath(new URL('../../src/cli/main.ts', import.meta.url));

// A busy host boots a machine in half of it.
const shownTimeoutMs = 40_000;

/** A shell line that runs at a pseudo-terminal of its own, with a person at it. */
export interface TerminalSession {
  /** Presses keys. */
  press(keys: string): void;
  /** Resolves when the text has been shown, after all that was waited for before; rejects when it ends without, and after 40 s unless another time is given. */
  shown(text: string | RegExp, timeoutMs?: number): Promise<void>;
  /** Everything that was shown. */
  screen(): string;
  /** Resolves with the exit status when it has ended. */
  readonly ended: Promise<number>;
}

/** Gives `raidlab WORDS…` as a shell types it. */
export function raidlabLine(...words: readonly string[]): string {
  return [process.execPath, '--disable-warning=ExperimentalWarning', mainHostPath, ...words].map((word) => `'${word}'`).join(' ');
}

/** Runs a shell line at a pseudo-terminal of 33 rows and 101 columns: script(1). */
export function openTerminal(cwdHostPath: string, line: string, env: Readonly<Record<string, string>>): TerminalSession {
  const child = spawn('script', ['--quiet', '--return', '--command', `stty rows 33 cols 101; ${line}`, '/dev/null'], {
    cwd: cwdHostPath,
    env: { ...process.env, LC_ALL: 'C.UTF-8', ...env, TERM: 'xterm', NO_COLOR: '1', SHELL: '/bin/sh' },
    stdio: ['pipe', 'pipe', 'inherit'],
  });
  let screen = '';
  let seen = 0;
  const listeners = new Set<() => void>();
  child.stdin.on('error', () => undefined);
  child.stdout.setEncoding('utf8').on('data', (text: string) => {
    screen += text;
    for (const listener of listeners) listener();
  });
  const ended = new Promise<number>((resolve) => {
    child.on('close', (code) => {
      resolve(code ?? 128);
    });
  });
  return {
    press: (keys) => child.stdin.write(keys),
    shown: (text, timeoutMs = shownTimeoutMs) =>
      new Promise((resolve, reject) => {
        const look = (): void => {
          const rest = screen.slice(seen);
          const found = typeof text === 'string' ? rest.indexOf(text) : rest.search(text);
          if (found === -1) return;
          seen += found + (typeof text === 'string' ? text.length : 1);
          listeners.delete(look);
          resolve();
        };
        const giveUp = (how: string): void => {
          reject(new Error(`${how} before ${String(text)} was shown:\n${screen.slice(-3000)}`));
        };
        setTimeout(giveUp, timeoutMs, 'too long').unref();
        listeners.add(look);
        look();
        void ended.then((exitCode) => {
          giveUp(`it ended with exit ${String(exitCode)}`);
        });
      }),
    screen: () => screen,
    ended,
  };
}
