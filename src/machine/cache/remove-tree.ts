import { readdir, rm } from 'node:fs/promises';
import path from 'node:path';
import { steadyContext, withDeadline } from '../context.ts';
import type { Context } from '../context.ts';
import { runHostCommand } from '../process/host-process.ts';
import { hasErrorCode } from './file-failure.ts';

/**
 * Removes a directory and all in it. It goes on when the context has been aborted: cleaning up is what comes after that.
 *
 * A tree that mmdebstrap made for an ordinary user belongs to the user's subordinate ids; only a process that has those
 * ids may empty it, and mmdebstrap offers one (mmdebstrap(1), MODES, unshare).
 */
export async function removeTree(ctx: Context, hostPath: string): Promise<void> {
  try {
    await removeOwn(hostPath);
  } catch (error) {
    if (!hasErrorCode(error, 'EACCES', 'EPERM')) throw error;
    using cleaning = withDeadline({ ...steadyContext(ctx), emit: ctx.emit }, `${hostPath} to be removed`, removalTimeoutMs);
    // Named one by one: the directory itself is ours, and those ids can neither list it nor take anything out of it. They
    // empty what is in it; rm then fails to remove the empty shells, and we finish.
    const trees = (await readdir(hostPath)).map((name) => path.join(hostPath, name));
    await runHostCommand(cleaning, ['mmdebstrap', '--unshare-helper', 'rm', '-rf', '--', ...trees], {
      purpose: 'remove an unpacked Debian tree',
      okExitCodes: Array.from({ length: 256 }, (_, exitCode) => exitCode),
    });
    await removeOwn(hostPath);
  }
}

const removalTimeoutMs = 60_000;

async function removeOwn(hostPath: string): Promise<void> {
  await rm(hostPath, { recursive: true, force: true, maxRetries: 3, retryDelay: 100 });
}
