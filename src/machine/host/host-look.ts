import { readFile } from 'node:fs/promises';
import { RaidlabError } from '../../core/failure/failure.ts';
import type { Context } from '../context.ts';
import { runHostCommand } from '../process/host-process.ts';

/** The longest look at the host, milliseconds: a program that hangs counts as silent. */
export const lookTimeoutMs = 10_000;

/** Gives a command's output; empty when it failed or does not exist, which is also an answer. */
export async function outputOf(ctx: Context, argv: readonly string[], purpose: string): Promise<string> {
  try {
    const { stdout } = await runHostCommand(ctx, argv, { purpose, timeoutMs: lookTimeoutMs, okExitCodes: [0, 1] });
    return stdout;
  } catch (error) {
    ctx.signal.throwIfAborted();
    if (!(error instanceof RaidlabError)) throw error;
    return '';
  }
}

/** Gives a file's text; empty when it cannot be read. */
export async function readIfThere(hostPath: string): Promise<string> {
  return readFile(hostPath, 'utf8').catch(() => '');
}
