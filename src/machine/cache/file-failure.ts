import { RaidlabError } from '../../core/failure/failure.ts';

/** The purpose of a file operation, to word its failure. */
export interface FilePurpose {
  readonly hostPath: string;
  /** Completes "it holds …": `the cache`. */
  readonly holds: string;
  /** Completes "while …": `writing the kernel image`. */
  readonly doing: string;
}

/**
 * Gives the failure that a rejected file operation means to a person: `host/disk-full` or `host/not-writable`. Other errors are returned
 * unchanged: they are bugs of ours, or already a RaidlabError.
 */
export function fileFailure(error: unknown, purpose: FilePurpose): unknown {
  if (!(error instanceof Error) || !('code' in error)) return error;
  const { hostPath, holds, doing } = purpose;
  switch (error.code) {
    case 'ENOSPC':
    case 'EDQUOT':
      return new RaidlabError({ area: 'host', reason: 'disk-full', hostPath, doing }, { cause: error });
    // A file in the directory's place gives EEXIST or ENOTDIR.
    case 'EACCES':
    case 'EPERM':
    case 'EROFS':
    case 'EEXIST':
    case 'ENOTDIR':
      return new RaidlabError({ area: 'host', reason: 'not-writable', hostPath, purpose: holds, said: error.message }, { cause: error });
    default:
      return error;
  }
}

/** Tells whether a rejected file operation failed with one of these codes (`ENOENT`, …). */
export function hasErrorCode(error: unknown, ...codes: readonly string[]): boolean {
  return error instanceof Error && 'code' in error && typeof error.code === 'string' && codes.includes(error.code);
}
