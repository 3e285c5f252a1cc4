import { closeSync, openSync, writeSync } from 'node:fs';
import { RaidlabError } from '../../core/failure.ts';
import type { Failure } from '../../core/failure.ts';

/** A file of evidence that gets one line of JSON for each thing said. */
export interface Transcript extends Disposable {
  /** Appends a line, at once. When it cannot be written, the failure goes to `onFailure` and nothing more is written. */
  record(from: 'raidlab' | 'qemu', message: unknown): void;
}

/** Opens a transcript for appending; what an earlier machine of that name left stays. */
export function openTranscript(hostPath: string, onFailure: (failure: Failure) => void): Transcript {
  let file: number | undefined;
  try {
    file = openSync(hostPath, 'a', 0o600);
  } catch (error) {
    throw new RaidlabError(failureOf(error, hostPath));
  }
  const close = (): void => {
    if (file !== undefined) closeSync(file);
    file = undefined;
  };
  return {
    record: (from, message) => {
      if (file === undefined) return;
      const line = Buffer.from(`${JSON.stringify({ at: new Date().toISOString(), from, message })}\n`);
      try {
        for (let written = 0; written < line.length; ) written += writeSync(file, line, written);
      } catch (error) {
        close();
        onFailure(failureOf(error, hostPath));
      }
    },
    [Symbol.dispose]: close,
  };
}

function failureOf(error: unknown, hostPath: string): Failure {
  const { code, message } = error as NodeJS.ErrnoException;
  if (code === 'ENOSPC' || code === 'EDQUOT') {
    return { area: 'host', reason: 'disk-full', hostPath, doing: 'recording what was said to QEMU' };
  }
  return { area: 'host', reason: 'not-writable', hostPath, purpose: 'the evidence of this run', said: message };
}
