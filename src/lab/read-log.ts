import { watch } from 'node:fs';
import { open } from 'node:fs/promises';
import { join } from 'node:path';
import { StringDecoder } from 'node:string_decoder';
import { fileFailure, hasErrorCode } from '../machine/cache/file-failure.ts';
import { consoleLogFile } from '../machine/qemu/qemu-command.ts';
import type { LabPlace } from './lab-place.ts';

const pieceBytes = 64 * 1024;

/** What is read of a log. */
export interface LogReading {
  /** Whether to go on with what is said from now on. */
  readonly follow: boolean;
  /** The beginning unless given; the end: only what is said from now on. */
  readonly from?: 'beginning' | 'end';
}

/**
 * Gives what the console of a lab said, and, when it is to be followed, what it says until the signal aborts. A serial line ends its
 * rows with `\r\n`; they come with `\n`.
 */
export async function readLog(
  signal: AbortSignal,
  place: LabPlace,
  { follow, from = 'beginning' }: LogReading,
  write: (text: string) => void,
): Promise<void> {
  const hostPath = join(place.logsHostPath, consoleLogFile);
  const decoder = new StringDecoder('utf8');
  try {
    await using file = await open(hostPath);
    const buffer = Buffer.alloc(pieceBytes);
    let position = from === 'end' ? (await file.stat()).size : 0;
    const readOn = async (): Promise<void> => {
      for (;;) {
        const { bytesRead } = await file.read(buffer, 0, pieceBytes, position);
        if (bytesRead === 0) return;
        position += bytesRead;
        write(decoder.write(buffer.subarray(0, bytesRead)).replaceAll('\r', ''));
      }
    };
    await readOn();
    if (!follow) return;
    const changes = changesOf(hostPath, signal);
    while ((await changes.next()).done !== true) await readOn();
    // What was said until then is given, too.
    await readOn();
  } catch (error) {
    // Before it is on for the first time it has said nothing.
    if (hasErrorCode(error, 'ENOENT')) return;
    throw fileFailure(error, { hostPath, holds: `the console of the lab ${place.name}`, doing: 'reading it' });
  }
}

/** Tells of each change of a file, several at once as one, until the signal aborts. */
async function* changesOf(hostPath: string, signal: AbortSignal): AsyncGenerator<true> {
  let changed = Promise.withResolvers<undefined>();
  const wake = (): void => {
    changed.resolve(undefined);
  };
  const watcher = watch(hostPath, wake);
  signal.addEventListener('abort', wake, { once: true });
  try {
    while (!signal.aborted) {
      await changed.promise;
      changed = Promise.withResolvers();
      yield true;
    }
  } finally {
    watcher.close();
    signal.removeEventListener('abort', wake);
  }
}
