import { closeSync, openSync, writeSync } from 'node:fs';
import { fileFailure } from '../cache/file-failure.ts';

/** A file of evidence that gets one line of JSON for each thing said. */
export interface Transcript extends Disposable {
  /** Appends a line, at once. When it cannot be written, the error goes to `onError` and nothing more is written. */
  readonly record: (from: 'raidlab' | 'qemu', message: unknown) => void;
}

/** Opens a transcript for appending; what an earlier machine of that name left stays. */
export function openTranscript(hostPath: string, onError: (error: Error) => void): Transcript {
  let file: number | undefined = orFailure(hostPath, () => openSync(hostPath, 'a', 0o600));
  const close = (): void => {
    if (file !== undefined) closeSync(file);
    file = undefined;
  };
  return {
    record: (from, message) => {
      if (file === undefined) return;
      const descriptor = file;
      const line = Buffer.from(`${JSON.stringify({ at: new Date().toISOString(), from, message })}\n`);
      try {
        orFailure(hostPath, () => {
          for (let written = 0; written < line.length;) written += writeSync(descriptor, line, written);
        });
      } catch (error) {
        close();
        onError(error as Error);
      }
    },
    [Symbol.dispose]: close,
  };
}

function orFailure<T>(hostPath: string, act: () => T): T {
  try {
    return act();
  } catch (error) {
    throw fileFailure(error, { hostPath, holds: 'the evidence of this run', doing: 'recording what was said to QEMU' });
  }
}
