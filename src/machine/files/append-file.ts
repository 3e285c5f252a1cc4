import { closeSync, fstatSync, ftruncateSync, openSync, renameSync, statSync, writeSync } from 'node:fs';

/** A file that only grows, for its owner alone. Writing is synchronous: what happened is on disk when the process dies. */
export interface AppendFile extends Disposable {
  /** How much there is. */
  readonly sizeBytes: () => number;
  /** Adds to it, all or nothing; throws what the system says. */
  readonly append: (bytes: Uint8Array) => void;
}

/** Opens a file for appending, what is in it stays; throws what the system says. */
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

/** A full disk takes a part of a record, and half a record would make the whole file unreadable. */
function takeBack(descriptor: number, sizeBytes: number): void {
  try {
    ftruncateSync(descriptor, sizeBytes);
  } catch {
    // What is no regular file has no part of it either.
  }
}

/** How much a file may hold of what strangers say. */
export interface FileCap {
  /** Of the file, and as much again of the one before it. */
  readonly mostBytes: number;
  /** Gives the line, with its end, that says how much is left out; it stands at the head of the file. */
  readonly formatLeftOut: (bytes: number) => string;
}

/** Where the file before a capped one is. */
export function oldFileOf(hostPath: string): string {
  return `${hostPath}.old`;
}

/**
 * Opens a file for appending that a flood cannot make larger than its cap: when it is full it becomes `….old`, in place of the one
 * that was there, and is begun anew. So the end of what was said is kept, and at the least a whole file of what came before.
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
      // What is larger than a whole file has one of its own.
      if (file.sizeBytes() > 0 && file.sizeBytes() + bytes.length > mostBytes) beginAnew();
      file.append(bytes);
    },
    [Symbol.dispose]: () => {
      file[Symbol.dispose]();
    },
  };
}
