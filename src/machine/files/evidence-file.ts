import { openCappedFile } from './append-file.ts';
import type { AppendFile, FileCap } from './append-file.ts';
import { fileFailure } from '../cache/file-failure.ts';

/** A file with a machine's output, kept as evidence. */
export interface EvidenceFile extends Disposable {
  /** Appends at once. Never throws: an error is reported, once, and nothing more is written. */
  readonly append: (bytes: Uint8Array) => void;
}

/** How much of console and QMP is kept: twice this for each, per machine of a run. */
const mostBytes = 32 * 1024 * 1024;

/** Says in a line of text how much of a file is left out. */
export const leftOutAsText: FileCap = {
  mostBytes,
  formatLeftOut: (bytes) =>
    `[raidlab: ${String(bytes)} bytes are left out; what came before this line is in the file that ends in .old]\r\n`,
};

/** Says in a line of JSON how much of a file is left out. */
export const leftOutAsJson: FileCap = { mostBytes, formatLeftOut: (leftOutBytes) => `${JSON.stringify({ leftOutBytes })}\n` };

/** Opens a file of evidence for appending; the content from an earlier machine of that name stays. Throws `disk-full` or `not-writable`. */
export function openEvidenceFile(hostPath: string, doing: string, cap: FileCap, onError: (error: Error) => void): EvidenceFile {
  const failure = (error: unknown): unknown => fileFailure(error, { hostPath, holds: 'the evidence of this run', doing });
  let file: AppendFile | undefined;
  try {
    file = openCappedFile(hostPath, cap);
  } catch (error) {
    throw failure(error);
  }
  const close = (): void => {
    file?.[Symbol.dispose]();
    file = undefined;
  };
  return {
    append: (bytes) => {
      try {
        file?.append(bytes);
      } catch (error) {
        close();
        onError(failure(error) as Error);
      }
    },
    [Symbol.dispose]: close,
  };
}
