import { createReadStream } from 'node:fs';
import { createXXHash128, xxhash128 } from 'hash-wasm';
import type { Context } from '../context.ts';

/** Gives the xxh128 of a file, hex. About 1 GB/s: this is against damage, not against an attacker. */
export async function hashFile(ctx: Context, hostPath: string): Promise<string> {
  const hash = await createXXHash128();
  hash.init();
  for await (const chunk of createReadStream(hostPath, { highWaterMark: 1024 * 1024 })) {
    ctx.signal.throwIfAborted();
    hash.update(chunk as Buffer);
  }
  return hash.digest('hex');
}

/** Gives the xxh128 of a text, hex. */
export async function hashText(text: string): Promise<string> {
  return await xxhash128(text);
}
