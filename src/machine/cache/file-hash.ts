import { open } from 'node:fs/promises';
import { createXXHash128, xxhash128 } from 'hash-wasm';
import type { ByteRange } from '../../core/fault/fault.ts';
import type { Context } from '../context.ts';
import { listWritten } from '../files/list-written.ts';

const blockBytes = 1024 * 1024;

/**
 * From here on holes are skipped: hashing the holes of a 100 GiB disk takes half a minute. Smaller files keep the hashes that caches have
 * for them. Bytes.
 */
const largeBytes = 1024 ** 3;

/**
 * Gives the xxh128 of a file, hex: against damage, not against an attacker. For a file of more than 1 GiB it is that of {@link
 * hashSparseFile}. 3 to 4 GB/s where the pages are cached or the file has holes (1 GiB without data: 0.3 s), because one buffer is
 * reused: a stream allocates one for every block, and touching fresh memory takes 4 to 20 times as long as the hash.
 */
export async function hashFile(ctx: Context, hostPath: string): Promise<string> {
  await using file = await open(hostPath);
  if ((await file.stat()).size > largeBytes) return await hashSparseFile(ctx, hostPath);
  const hash = await createXXHash128();
  hash.init();
  const block = Buffer.allocUnsafeSlow(blockBytes);
  for (;;) {
    ctx.signal.throwIfAborted();
    const { bytesRead } = await file.read(block, 0, blockBytes, null);
    if (bytesRead === 0) return hash.digest('hex');
    hash.update(block.subarray(0, bytesRead));
  }
}

/** What is hashed at once: the place and its content. */
const pieceBytes = 64 * 1024;
const zeroes = Buffer.alloc(pieceBytes);

/** Gives the xxh128 of a file's content and its places, hex: holes and zeroes are the same, and holes cost nothing. */
export async function hashSparseFile(ctx: Context, hostPath: string): Promise<string> {
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

/** Gives the xxh128 of a text, hex. */
export async function hashText(text: string): Promise<string> {
  return await xxhash128(text);
}
