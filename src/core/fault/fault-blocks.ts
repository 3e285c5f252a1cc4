import { RaidlabError } from '../failure.ts';
import { faultBlockBytes, maxFaultBlocks } from '../fault.ts';
import type { ByteRange } from '../fault.ts';
import { openPrng } from '../prng.ts';

/** Gives the offsets of the blocks that ranges touch, ascending, each once; multiples of {@link faultBlockBytes}. */
export function listFaultBlocks(ranges: readonly ByteRange[]): readonly number[] {
  const blocks = new Set<number>();
  for (const { offsetBytes, lengthBytes } of ranges) {
    const first = Math.floor(offsetBytes / faultBlockBytes);
    for (let block = first; block * faultBlockBytes < offsetBytes + lengthBytes; block += 1) {
      blocks.add(block * faultBlockBytes);
      // Enough to know that it is too much.
      if (blocks.size > maxFaultBlocks) return [...blocks];
    }
  }
  return [...blocks].sort((a, b) => a - b);
}

/** Where blocks are drawn, how many, and what decides which. */
export interface BlockDraw {
  readonly within: readonly ByteRange[];
  readonly count: number;
  readonly seed: string;
}

/**
 * Draws blocks of {@link faultBlockBytes}, aligned and each once, that lie wholly within ranges; ascending, the same for the same seed.
 * Throws when the ranges hold fewer.
 */
export function drawBlocks({ within, count, seed }: BlockDraw): readonly ByteRange[] {
  const candidates = new Set<number>();
  for (const { offsetBytes, lengthBytes } of within) {
    const first = Math.ceil(offsetBytes / faultBlockBytes);
    for (let block = first; (block + 1) * faultBlockBytes <= offsetBytes + lengthBytes; block += 1) candidates.add(block);
  }
  const left = [...candidates].sort((a, b) => a - b);
  if (left.length < count) {
    const message = `${String(count)} blocks were to be drawn from ${String(left.length)}`;
    throw new RaidlabError({ area: 'host', reason: 'internal', message });
  }
  const prng = openPrng(seed);
  const drawn: number[] = [];
  for (let turn = 0; turn < count; turn += 1) {
    // The last one takes the place of the drawn one: each is drawn once, in constant time.
    const index = prng.below(left.length);
    const last = left.pop() ?? 0;
    drawn.push(index < left.length ? (left[index] ?? 0) : last);
    if (index < left.length) left[index] = last;
  }
  return drawn.sort((a, b) => a - b).map((block) => ({ offsetBytes: block * faultBlockBytes, lengthBytes: faultBlockBytes }));
}
