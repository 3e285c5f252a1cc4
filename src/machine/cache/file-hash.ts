import { open } from 'node:fs/promises';
import { createXXHash128, xxhash128 } from 'hash-wasm';
import type { Context } from '../context.ts';

const blockBytes = 1024 * 1024;

/**
 * Gives the xxh128 of a file, hex: this is against damage, not against an attacker.
 *
 * 3 to 4 GB/s where the pages are cached or the file has holes (1 GiB without data: 0.3 s), because one buffer is used
 * again and again: a stream has a new one for every block, and touching fresh memory takes 4 to 20 times as long as the hash.
 */
export async function hashFile(ctx: Context, hostPath: string): Promise<string> {
  const hash = await createXXHash128();
  hash.init();
  await using file = await open(hostPath);
  const block = Buffer.allocUnsafeSlow(blockBytes);
  for (;;) {
    ctx.signal.throwIfAborted();
    const { bytesRead } = await file.read(block, 0, blockBytes, null);
    if (bytesRead === 0) return hash.digest('hex');
    hash.update(block.subarray(0, bytesRead));
  }
}

/** Gives the xxh128 of a text, hex. */
export async function hashText(text: string): Promise<string> {
  return await xxhash128(text);
}
