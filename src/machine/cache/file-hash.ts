import { open } from 'node:fs/promises';
import { createXXHash128, xxhash128 } from 'hash-wasm';
import type { ByteRange } from '../../core/fault/fault.ts';
import type { Context } from '../context.ts';
import { listWritten } from '../files/list-written.ts';

/** From here on the host is asked where the holes are: reading those of one GiB takes up to 4 s, asking 10 ms. Bytes. */
const largeBytes = 64 * 1024 ** 2;

/** What is hashed at once: the place and its content. */
const pieceBytes = 64 * 1024;
const zeroes = Buffer.alloc(pieceBytes);

/**
 * Gives the xxh128 of a file's content and its places, hex: against damage, not against an attacker. Holes and zeroes are the same. One
 * buffer is reused: a stream allocates one for every block, and touching fresh memory takes 4 to 20 times as long as the hash.
 */
export async function hashFile(ctx: Context, hostPath: string): Promise<string> {
  await using file = await open(hostPath);
  const { size } = await file.stat();
  const written = size < largeBytes ? [{ offsetBytes: 0, lengthBytes: size }] : await listWritten(ctx, hostPath);
  const hash = await createXXHash128();
  hash.init();
  const place = Buffer.alloc(8);
  const buffer = Buffer.allocUnsafeSlow(pieceBytes);
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
