import { open, stat } from 'node:fs/promises';
import { join } from 'node:path';
import { createXXHash128 } from 'hash-wasm';
import type { ByteRange } from '../core/fault.ts';
import type { SnapshotFile } from '../core/lab/snapshot-record.ts';
import { hasErrorCode } from '../machine/cache/file-failure.ts';
import type { Context } from '../machine/context.ts';
import { listWritten } from './list-written.ts';

/** The file of a snapshot that has its machine: memory, processor and devices. */
export const machineFileName = 'machine';

/** What is hashed at once: where it is, and what is there. */
const pieceBytes = 64 * 1024;
const zeroes = Buffer.alloc(pieceBytes);

/** Measures files of a snapshot. */
export async function measureFiles(ctx: Context, directoryHostPath: string, names: readonly string[]): Promise<readonly SnapshotFile[]> {
  return Promise.all(
    names.map(async (name) => {
      const hostPath = join(directoryHostPath, name);
      return { name, sizeBytes: (await stat(hostPath)).size, xxh128: await hashContent(ctx, hostPath) };
    }),
  );
}

/** Says what is wrong with the files of a snapshot, in words; undefined when all are as they were written. */
export async function judgeFiles(ctx: Context, directoryHostPath: string, files: readonly SnapshotFile[]): Promise<string | undefined> {
  const found = await Promise.all(
    files.map(async ({ name, sizeBytes, xxh128 }) => {
      const hostPath = join(directoryHostPath, name);
      const size = await sizeOf(hostPath);
      if (size === undefined) return `${name} is missing`;
      if (size !== sizeBytes) return `${name} has ${String(size)} bytes instead of ${String(sizeBytes)}`;
      return (await hashContent(ctx, hostPath)) === xxh128 ? undefined : `the content of ${name} has changed`;
    }),
  );
  return found.find((why) => why !== undefined);
}

async function sizeOf(hostPath: string): Promise<number | undefined> {
  try {
    return (await stat(hostPath)).size;
  } catch (error) {
    if (hasErrorCode(error, 'ENOENT')) return undefined;
    throw error;
  }
}

/**
 * Gives the xxh128 of what is in a file and where, hex: holes and zeroes are the same, and cost nothing. Without that, a lab's disks,
 * gigabytes of nothing, would take longer than everything else that a snapshot does.
 */
async function hashContent(ctx: Context, hostPath: string): Promise<string> {
  const written = await listWritten(ctx, hostPath);
  const hash = await createXXHash128();
  hash.init();
  const place = Buffer.alloc(8);
  const buffer = Buffer.allocUnsafeSlow(pieceBytes);
  await using file = await open(hostPath);
  for (const index of piecesOf(written)) {
    ctx.signal.throwIfAborted();
    const { bytesRead } = await file.read(buffer, 0, pieceBytes, index * pieceBytes);
    const piece = buffer.subarray(0, bytesRead);
    if (piece.equals(zeroes.subarray(0, bytesRead))) continue;
    place.writeBigUInt64LE(BigInt(index));
    hash.update(place).update(piece);
  }
  return hash.digest('hex');
}

/** Gives the numbers of the pieces that ranges touch, ascending, each once. */
function* piecesOf(ranges: readonly ByteRange[]): Generator<number> {
  let next = 0;
  for (const { offsetBytes, lengthBytes } of ranges) {
    const end = Math.ceil((offsetBytes + lengthBytes) / pieceBytes);
    for (next = Math.max(next, Math.floor(offsetBytes / pieceBytes)); next < end; next += 1) yield next;
  }
}
