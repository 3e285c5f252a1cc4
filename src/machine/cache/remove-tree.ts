import { readdir, rm } from 'node:fs/promises';
import path from 'node:path';
import { steadyContext, withDeadline } from '../context.ts';
import type { Context } from '../context.ts';
import { runHostCommand } from '../process/host-process.ts';
import { hasErrorCode } from './file-failure.ts';

/**
 * Removes a directory and everything in it, even after the context has been aborted, because cleaning up comes after that. A tree that
 * mmdebstrap made for an ordinary user belongs to the user's subordinate ids; only a process with those ids may empty it, and mmdebstrap
 * offers one (mmdebstrap(1), MODES, unshare).
 */
export async function removeTree(ctx: Context, hostPath: string): Promise<void> {
  try {
    await removeOwn(hostPath);
  } catch (error) {
    if (!hasErrorCode(error, 'EACCES', 'EPERM')) throw error;
    using cleaning = withDeadline({ ...steadyContext(ctx), emit: ctx.emit }, `${hostPath} to be removed`, removalTimeoutMs);
    // Named one by one: the directory itself is ours, and those ids can neither list it nor remove its entries. They empty the entries;
    // rm then fails to remove the empty directories, and we finish.
    const trees = (await readdir(hostPath)).map((name) => path.join(hostPath, name));
    await runHostCommand(cleaning, ['mmdebstrap', '--unshare-helper', 'rm', '-rf', '--', ...trees], {
      purpose: 'remove an unpacked Debian tree',
      okExitCodes: 'all',
    });
    await removeOwn(hostPath);
  }
}

const removalTimeoutMs = 60_000;

async function removeOwn(hostPath: string): Promise<void> {
  await rm(hostPath, { recursive: true, force: true, maxRetries: 3, retryDelay: 100 });
}
