import { closeSync, fstatSync, ftruncateSync, openSync, renameSync, statSync, writeSync } from 'node:fs';

/** A file that only grows, readable only for its owner. Writing is synchronous: events are on disk when the process dies. */
export interface AppendFile extends Disposable {
  /** Its size. */
  readonly sizeBytes: () => number;
  /** Appends, all or nothing; throws the system's error. */
  readonly append: (bytes: Uint8Array) => void;
}

/** Opens a file for appending; its content stays. Throws the system's error. */
export function openAppendFile(hostPath: string): AppendFile {
  const descriptor = openSync(hostPath, 'a', 0o600);
  let sizeBytes = fstatSync(descriptor).size;
  return {
    sizeBytes: () => sizeBytes,
    append: (bytes) => {
      try {
        for (let written = 0; written < bytes.length;) written += writeSync(descriptor, bytes, written);
        sizeBytes += bytes.length;
      } catch (error) {
        takeBack(descriptor, sizeBytes);
        throw error;
      }
    },
    [Symbol.dispose]: () => {
      closeSync(descriptor);
    },
  };
}

/** A full disk accepts part of a record, and half a record would make the whole file unreadable. */
function takeBack(descriptor: number, sizeBytes: number): void {
  try {
    ftruncateSync(descriptor, sizeBytes);
  } catch {
    // Files that are not regular have no partial record either.
  }
}

/** How much untrusted output a file may hold. */
export interface FileCap {
  /** Of the file, and of its predecessor. */
  readonly mostBytes: number;
  /** Gives the line, with its end, that says how much is left out; it becomes the head of the file. */
  readonly formatLeftOut: (bytes: number) => string;
}

/** The path of a capped file's predecessor. */
export function oldFileOf(hostPath: string): string {
  return `${hostPath}.old`;
}

/**
 * Opens a file for appending that a flood cannot grow beyond its cap: a full one becomes `….old`, replacing the previous one, and a new
 * one is started. So the end of the output is kept, with at least one full file before it.
 */
export function openCappedFile(hostPath: string, { mostBytes, formatLeftOut }: FileCap): AppendFile {
  let file = openAppendFile(hostPath);
  let leftOutBytes = 0;
  const beginAnew = (): void => {
    const oldHostPath = oldFileOf(hostPath);
    leftOutBytes += statSync(oldHostPath, { throwIfNoEntry: false })?.size ?? 0;
    renameSync(hostPath, oldHostPath);
    file[Symbol.dispose]();
    file = openAppendFile(hostPath);
    if (leftOutBytes > 0) file.append(Buffer.from(formatLeftOut(leftOutBytes)));
  };
  return {
    sizeBytes: () => file.sizeBytes(),
    append: (bytes) => {
      // Output larger than a whole file gets a file of its own.
      if (file.sizeBytes() > 0 && file.sizeBytes() + bytes.length > mostBytes) beginAnew();
      file.append(bytes);
    },
    [Symbol.dispose]: () => {
      file[Symbol.dispose]();
    },
  };
}
