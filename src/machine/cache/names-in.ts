import { readdir, unlink } from 'node:fs/promises';
import { hasErrorCode } from './file-failure.ts';

/** Gives the names in a directory; none if it does not exist. */
export async function namesIn(hostPath: string): Promise<readonly string[]> {
  try {
    return await readdir(hostPath);
  } catch (error) {
    if (hasErrorCode(error, 'ENOENT', 'ENOTDIR')) return [];
    throw error;
  }
}

/** Removes a file that somebody else may have removed already. */
export async function unlinkIfThere(hostPath: string): Promise<void> {
  await unlink(hostPath).catch((error: unknown) => {
    if (!hasErrorCode(error, 'ENOENT')) throw error;
  });
}
