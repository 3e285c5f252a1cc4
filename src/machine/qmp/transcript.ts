import { leftOutAsJson, openEvidenceFile } from '../files/evidence-file.ts';

/** A file of evidence with one line of JSON per message. */
export interface Transcript extends Disposable {
  /** Appends a line at once. If that fails, the error goes to `onError` and nothing more is written. */
  readonly record: (from: 'raidlab' | 'qemu', message: unknown) => void;
}

/** Opens a transcript for appending; the content from an earlier machine of that name stays. */
export function openTranscript(hostPath: string, onError: (error: Error) => void): Transcript {
  const file = openEvidenceFile(hostPath, 'recording what was said to QEMU', leftOutAsJson, onError);
  return {
    record: (from, message) => {
      file.append(Buffer.from(`${JSON.stringify({ at: new Date().toISOString(), from, message })}\n`));
    },
    [Symbol.dispose]: file[Symbol.dispose],
  };
}
