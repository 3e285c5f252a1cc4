/** The one process that is there to outlive us: the keeper of a lab. */
import { spawn } from 'node:child_process';
import { open } from 'node:fs/promises';
import { RaidlabError } from '../../core/failure/failure.ts';
import type { Context } from '../context.ts';

/** A process that outlives us. Disposing it lets it go: its standard input ends, as it does when we end; until then it knows that we are there. */
export interface DetachedProcess extends Disposable {
  readonly pid: number;
  /** Resolves when it has ended while we were there, with its exit status or signal; never rejects. It does not keep us alive. */
  readonly ended: Promise<string>;
}

/**
 * Starts a process in its own session, which no terminal and not our end affects; its output is appended to a file.
 *
 * Rejects with `host/command-failed` when it cannot be started.
 */
export async function startDetachedProcess(
  ctx: Context,
  argv: readonly [string, ...string[]],
  options: { readonly cwdHostPath: string; readonly logHostPath: string },
): Promise<DetachedProcess> {
  ctx.signal.throwIfAborted();
  const [program, ...words] = argv;
  await using log = await open(options.logHostPath, 'a', 0o600);
  // Not with execa, which ends its children when we end.
  const child = spawn(program, words, { cwd: options.cwdHostPath, stdio: ['pipe', log.fd, log.fd], detached: true });
  const ended = new Promise<string>((resolve) => {
    child.once('error', (error) => {
      resolve(error.message);
    });
    child.once('exit', (code, signal) => {
      resolve(signal === null ? `exit ${String(code)}` : `killed by ${signal}`);
    });
  });
  const { pid } = child;
  if (pid === undefined) {
    const failure = { area: 'host', reason: 'command-failed', argv, said: await ended } as const;
    throw new RaidlabError(failure);
  }
  child.unref();
  return {
    pid,
    ended,
    [Symbol.dispose]: () => {
      child.stdin?.destroy();
    },
  };
}
