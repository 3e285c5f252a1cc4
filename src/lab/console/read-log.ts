import { watch } from 'node:fs';
import { open, stat } from 'node:fs/promises';
import type { FileHandle } from 'node:fs/promises';
import { basename, dirname, join } from 'node:path';
import { oldFileOf } from '../../machine/files/append-file.ts';
import { fileFailure, hasErrorCode } from '../../machine/cache/file-failure.ts';
import { consoleLogFile } from '../../machine/qemu/qemu-command.ts';
import type { LabPlace } from '../place/lab-place.ts';

const pieceBytes = 64 * 1024;

/** What is read of a log. */
export interface LogReading {
  /** Whether to continue with new output. */
  readonly follow: boolean;
  /** The beginning by default; the end: only new output; the last page: what a person would see at it, and new output. */
  readonly from?: LogPlace;
}

type LogPlace = 'beginning' | 'last-page' | 'end';

/** As much as a screen shows of a boot. */
const pageBytes = 2048;

/**
 * Gives a lab's console log and, if it is followed, new output until the signal aborts. A full log is replaced by a new one while it is
 * read: see openCappedFile.
 */
export async function readLog(
  signal: AbortSignal,
  place: LabPlace,
  { follow, from = 'beginning' }: LogReading,
  take: (bytes: Buffer) => void,
): Promise<void> {
  const hostPath = join(place.logsHostPath, consoleLogFile);
  try {
    if (from === 'beginning') await readOld(oldFileOf(hostPath), take);
    // Started before anything is read, so that no change is missed.
    using changes = follow ? watchFile(hostPath, signal) : undefined;
    await using log = new GrowingFile(hostPath);
    await log.open(from);
    do await log.readOn(take);
    while ((await changes?.next()) === true);
    // What was written until then is handed out, too.
    await log.readOn(take);
  } catch (error) {
    // A lab that was never on has no log.
    if (hasErrorCode(error, 'ENOENT')) return;
    throw fileFailure(error, { hostPath, holds: `the console of the lab ${place.name}`, doing: 'reading it' });
  }
}

async function readOld(hostPath: string, take: (bytes: Buffer) => void): Promise<void> {
  try {
    await using old = new GrowingFile(hostPath);
    await old.open('beginning');
    await old.readOn(take);
  } catch (error) {
    // It is there only where a log was full once.
    if (!hasErrorCode(error, 'ENOENT')) throw error;
  }
}

/** A file that is read as it grows, and from the beginning of its successor when it is replaced. */
class GrowingFile implements AsyncDisposable {
  readonly #hostPath: string;
  readonly #buffer = Buffer.alloc(pieceBytes);
  #file: FileHandle | undefined;
  #position = 0;

  constructor(hostPath: string) {
    this.#hostPath = hostPath;
  }

  async open(from: LogPlace): Promise<FileHandle> {
    const file = await open(this.#hostPath);
    this.#file = file;
    const { size } = await file.stat();
    this.#position = { beginning: 0, 'last-page': Math.max(0, size - pageBytes), end: size }[from];
    return file;
  }

  /** Hands out what has been written since. */
  async readOn(take: (bytes: Buffer) => void): Promise<void> {
    for (;;) {
      const file = this.#file ?? (await this.open('beginning'));
      // Checked before reading to its end: nothing more is written to a replaced file.
      const isReplaced = await this.#isReplaced(file);
      await this.#readToEnd(file, take);
      if (!isReplaced) return;
      await this[Symbol.asyncDispose]();
    }
  }

  async [Symbol.asyncDispose](): Promise<void> {
    const file = this.#file;
    this.#file = undefined;
    await file?.close();
  }

  async #isReplaced(file: FileHandle): Promise<boolean> {
    const there = await stat(this.#hostPath).catch((error: unknown) => {
      // The previous one has been moved away, and the next does not exist yet.
      if (hasErrorCode(error, 'ENOENT')) return undefined;
      throw error;
    });
    return there !== undefined && there.ino !== (await file.stat()).ino;
  }

  async #readToEnd(file: FileHandle, take: (bytes: Buffer) => void): Promise<void> {
    for (;;) {
      const { bytesRead } = await file.read(this.#buffer, 0, pieceBytes, this.#position);
      if (bytesRead === 0) return;
      this.#position += bytesRead;
      take(this.#buffer.subarray(0, bytesRead));
    }
  }
}

/** Watches a file and its place. `next` reports the changes since the last call, several as one; false once the signal has aborted. */
function watchFile(hostPath: string, signal: AbortSignal): Disposable & { readonly next: () => Promise<boolean> } {
  let changed = Promise.withResolvers<undefined>();
  const wake = (): void => {
    changed.resolve(undefined);
  };
  const watcher = watch(dirname(hostPath), (_what, name) => {
    if (name === null || name === basename(hostPath)) wake();
  });
  signal.addEventListener('abort', wake, { once: true });
  return {
    next: async () => {
      if (!signal.aborted) await changed.promise;
      changed = Promise.withResolvers();
      return !signal.aborted;
    },
    [Symbol.dispose]: () => {
      watcher.close();
      signal.removeEventListener('abort', wake);
    },
  };
}
