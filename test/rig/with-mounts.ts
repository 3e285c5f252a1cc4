import { spawn } from 'node:child_process';
import { fileURLToPath } from 'node:url';

/** Shell scripts around a command: `before` changes what is mounted, for it alone; `after` looks at what it left there. */
export interface MountScripts {
  readonly before: string;
  readonly after?: string;
}

/** Types raidlab among mounts of its own. Gives its exit status, and what it and the script after it said. */
export async function typeWithMounts(
  cwdHostPath: string,
  { before, after = ':' }: MountScripts,
  words: readonly string[],
  env: Readonly<Record<string, string>>,
): Promise<{ readonly exitCode: number; readonly said: string }> {
  const main = fileURLToPath(new URL('../../src/cli/main.ts', import.meta.url));
  const typed = [process.execPath, '--disable-warning=ExperimentalWarning', main, ...words];
  const child = spawn(
    'unshare',
    ['--mount', '--map-root-user', 'sh', '-euc', `${before}; code=0; "$@" || code=$?; ${after}; exit $code`, 'sh', ...typed],
    {
      cwd: cwdHostPath,
      env: { ...process.env, ...env },
      stdio: ['ignore', 'pipe', 'pipe'],
    },
  );
  let said = '';
  for (const stream of [child.stdout, child.stderr]) stream.setEncoding('utf8').on('data', (text: string) => (said += text));
  const exitCode = await new Promise<number>((resolve) => {
    child.on('close', (code) => {
      resolve(code ?? 128);
    });
  });
  return { exitCode, said };
}
