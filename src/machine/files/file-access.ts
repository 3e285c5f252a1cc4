import { access, constants } from 'node:fs/promises';
import { hasErrorCode } from '../cache/file-failure.ts';

/** Tells whether a file may be accessed in a mode; by default, whether it is visible. */
export async function mayAccess(hostPath: string, mode = constants.F_OK): Promise<boolean> {
  return access(hostPath, mode).then(
    () => true,
    () => false,
  );
}

/** Tells whether a file exists, even where it is invisible: only a file known to be gone is gone. */
export async function isThere(hostPath: string): Promise<boolean> {
  return access(hostPath).then(
    () => true,
    (error: unknown) => !hasErrorCode(error, 'ENOENT'),
  );
}
