import { constants } from 'node:fs';
import { open } from 'node:fs/promises';
import type { FileHandle } from 'node:fs/promises';

/** Why a file that a person named is not read; `why` completes "… cannot be read: ". */
export class UnreadableFile extends Error {
  override readonly name = 'UnreadableFile';
  readonly why: string;

  /** Makes the error. */
  constructor(why: string, options?: ErrorOptions) {
    super(why, options);
    this.why = why;
  }
}

/**
 * Reads a whole file that a person named, as UTF-8. Throws {@link UnreadableFile} for a file that is not regular, without waiting for a
 * writer, and for one of more than `mostBytes`.
 */
export async function readNamedFile(hostPath: string, mostBytes: number): Promise<string> {
  await using file = await openNamedFile(hostPath);
  return await readRegular(file, mostBytes);
}

/** Gives the first bytes of a file that a person named, as UTF-8; empty where it cannot be read: whoever reads it says why. */
export async function startOfNamedFile(hostPath: string, bytes: number): Promise<string> {
  try {
    await using file = await openNamedFile(hostPath);
    const { buffer, bytesRead } = await file.read(Buffer.alloc(bytes), 0, bytes);
    return buffer.toString('utf8', 0, bytesRead);
  } catch (error) {
    if (error instanceof UnreadableFile) return '';
    throw error;
  }
}

async function openNamedFile(hostPath: string): Promise<FileHandle> {
  // Without a writer, opening a FIFO would otherwise block, deaf to any signal.
  const file = await open(hostPath, constants.O_RDONLY | constants.O_NONBLOCK | constants.O_NOCTTY).catch((error: unknown) => {
    throw new UnreadableFile(describe(error as NodeJS.ErrnoException), { cause: error });
  });
  const status = await file.stat();
  if (status.isFile()) return file;
  await file.close();
  throw new UnreadableFile(status.isDirectory() ? 'it is a directory' : 'it is not a regular file');
}

async function readRegular(file: FileHandle, mostBytes: number): Promise<string> {
  // A file that grows meanwhile is not read further either.
  const buffer = Buffer.alloc(mostBytes + 1);
  let length = 0;
  for (;;) {
    const { bytesRead } = await file.read(buffer, length, buffer.length - length);
    length += bytesRead;
    if (length > mostBytes) throw new UnreadableFile(`it has more than ${String(mostBytes / 1024)} KiB`);
    if (bytesRead === 0) return buffer.toString('utf8', 0, length);
  }
}

function describe({ code, message }: NodeJS.ErrnoException): string {
  switch (code) {
    case 'ENOENT':
      return 'there is no such file';
    case 'ENXIO':
      return 'it is not a regular file';
    default:
      return message;
  }
}
