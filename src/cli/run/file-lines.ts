import { closeSync, constants, fstatSync, openSync, readSync } from 'node:fs';
import { StringDecoder } from 'node:string_decoder';

/** The longest line that is read whole: a command's output is cut before it is an event. */
const mostLineChars = 4 * 1024 * 1024;
const chunkBytes = 1024 * 1024;

/**
 * Gives the lines of a regular file, in pieces, because a flood's are 64 MB, and at once, because a process that is told to end has no
 * time to wait. `fromByte` may lie within a line, which is then cut. A last line without an end is left out: it may be half of one.
 * Throws the system's error, and an Error for what is no regular file.
 */
export function* readLines(hostPath: string, fromByte = 0): Generator<string> {
  const descriptor = openRegular(hostPath);
  try {
    const decoder = new StringDecoder('utf8');
    const buffer = Buffer.alloc(chunkBytes);
    let rest = '';
    for (let at = fromByte; ;) {
      const count = readSync(descriptor, buffer, 0, buffer.length, at);
      if (count === 0) return;
      at += count;
      const lines = (rest + decoder.write(buffer.subarray(0, count))).split('\n');
      rest = (lines.pop() ?? '').slice(0, mostLineChars);
      yield* lines;
    }
  } finally {
    closeSync(descriptor);
  }
}

function openRegular(hostPath: string): number {
  // Without a writer, the opening of a FIFO would otherwise block, deaf to any signal.
  const descriptor = openSync(hostPath, constants.O_RDONLY | constants.O_NONBLOCK);
  if (fstatSync(descriptor).isFile()) return descriptor;
  closeSync(descriptor);
  throw new Error('it is not a regular file');
}
