import { closeSync, mkdirSync, openSync, renameSync, rmSync, writeSync } from 'node:fs';
import { basename, dirname, join } from 'node:path';
import { RaidlabError } from '../../core/failure/failure.ts';

/** A file that a report is written to, as the run goes on. */
export interface ReportFile {
  /** Writes text or bytes. Never throws: what fails is told by `check`, and nothing more is written, so that no hole is in the file. */
  readonly write: (content: string | Uint8Array) => void;
  /** Throws `disk-full` or `not-writable` when something could not be written; once. */
  readonly check: () => void;
  readonly close: () => void;
}

/**
 * Opens the file of a report, with its directory; what is there is replaced, unless `append` is set.
 * Throws `disk-full` or `not-writable`, before hours of drills are spent for a report that nobody can read.
 */
export function openReportFile(hostPath: string, purpose: string, append = false): ReportFile {
  const failed = (error: unknown): RaidlabError => {
    const { code, message } = error as NodeJS.ErrnoException;
    return new RaidlabError(
      code === 'ENOSPC' || code === 'EDQUOT'
        ? { area: 'host', reason: 'disk-full', hostPath, doing: `writing ${purpose}` }
        : { area: 'host', reason: 'not-writable', hostPath, purpose, said: message },
      { cause: error },
    );
  };
  let descriptor: number;
  try {
    mkdirSync(dirname(hostPath), { recursive: true });
    descriptor = openSync(hostPath, append ? 'a' : 'w');
  } catch (error) {
    throw failed(error);
  }
  let lost: RaidlabError | undefined;
  let isTold = false;
  return {
    write: (content) => {
      if (lost !== undefined) return;
      try {
        const bytes = typeof content === 'string' ? Buffer.from(content) : content;
        for (let written = 0; written < bytes.length;) written += writeSync(descriptor, bytes, written);
      } catch (error) {
        lost = failed(error);
      }
    },
    check: () => {
      if (lost === undefined || isTold) return;
      isTold = true;
      throw lost;
    },
    close: () => {
      closeSync(descriptor);
    },
  };
}

/** A file that is there whole, or not at all. */
export interface WholeFile {
  readonly write: ReportFile['write'];
  /** There is no more: now it has its name. Throws `disk-full` or `not-writable` when something could not be written; then nothing is left of it. */
  readonly end: () => void;
}

/** Opens a file beside its place, and throws, as {@link openReportFile} does. */
export function openWholeFile(hostPath: string, purpose: string): WholeFile {
  const halfHostPath = join(dirname(hostPath), `.${basename(hostPath)}`);
  const file = openReportFile(halfHostPath, purpose);
  return {
    write: file.write,
    end: () => {
      file.close();
      try {
        file.check();
        renameSync(halfHostPath, hostPath);
      } catch (error) {
        rmSync(halfHostPath, { force: true });
        throw error;
      }
    },
  };
}
