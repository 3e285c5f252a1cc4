import { leftOutAsJson, openEvidenceFile } from '../files/evidence-file.ts';

/** A file of evidence that gets one line of JSON for each thing said. */
export interface Transcript extends Disposable {
  /** Appends a line, at once. When it cannot be written, the error goes to `onError` and nothing more is written. */
  readonly record: (from: 'raidlab' | 'qemu', message: unknown) => void;
}

/** Opens a transcript for appending; what an earlier machine of that name left stays. */
export function openTranscript(hostPath: string, onError: (error: Error) => void): Transcript {
  const file = openEvidenceFile(hostPath, 'recording what was said to QEMU', leftOutAsJson, onError);
  return {
    record: (from, message) => {
      file.append(Buffer.from(`${JSON.stringify({ at: new Date().toISOString(), from, message })}\n`));
    },
    [Symbol.dispose]: file[Symbol.dispose],
  };
}
