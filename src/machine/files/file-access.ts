import { access, constants } from 'node:fs/promises';
import { hasErrorCode } from '../cache/file-failure.ts';

/** Tells whether a file may be used in a way; unless given, whether it can be seen. */
export async function mayAccess(hostPath: string, mode = constants.F_OK): Promise<boolean> {
  return access(hostPath, mode).then(
    () => true,
    () => false,
  );
}

/** Tells whether there is a file, also where it cannot be seen: only what is known to be gone is gone. */
export async function isThere(hostPath: string): Promise<boolean> {
  return access(hostPath).then(
    () => true,
    (error: unknown) => !hasErrorCode(error, 'ENOENT'),
  );
}
