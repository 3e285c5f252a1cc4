import { RaidlabError } from '../failure/failure.ts';
import { faultBlockBytes, maxFaultBlocks } from './fault.ts';
import type { ByteRange } from './fault.ts';
import { openPrng } from '../bytes/prng.ts';

/** Gives the offsets of the blocks that ranges touch, ascending, each once; multiples of {@link faultBlockBytes}. */
export function listFaultBlocks(ranges: readonly ByteRange[]): readonly number[] {
  const blocks = new Set<number>();
  for (const { offsetBytes, lengthBytes } of ranges) {
    const first = Math.floor(offsetBytes / faultBlockBytes);
    for (let block = first; block * faultBlockBytes < offsetBytes + lengthBytes; block += 1) {
      blocks.add(block * faultBlockBytes);
      // Enough to know that it is too many.
      if (blocks.size > maxFaultBlocks) return [...blocks];
    }
  }
  return [...blocks].sort((a, b) => a - b);
}

/** Gives how many aligned blocks lie entirely within ranges that do not overlap. */
export function countBlocks(ranges: readonly ByteRange[], blockBytes: number): number {
  const within = ({ offsetBytes, lengthBytes }: ByteRange): number =>
    Math.floor((offsetBytes + lengthBytes) / blockBytes) - Math.ceil(offsetBytes / blockBytes);
  return ranges.reduce((sum, range) => sum + Math.max(0, within(range)), 0);
}

/** From where blocks are drawn, how many, how large, and by which seed. */
export interface BlockDraw {
  readonly within: readonly ByteRange[];
  readonly count: number;
  /** {@link faultBlockBytes} by default. */
  readonly blockBytes?: number;
  readonly seed: string;
}

/** Draws aligned blocks within ranges, each once; ascending, the same for the same seed. Throws when the ranges have too few. */
export function drawBlocks({ within, count, seed, blockBytes = faultBlockBytes }: BlockDraw): readonly ByteRange[] {
  const candidates = new Set<number>();
  for (const { offsetBytes, lengthBytes } of within) {
    const first = Math.ceil(offsetBytes / blockBytes);
    for (let block = first; (block + 1) * blockBytes <= offsetBytes + lengthBytes; block += 1) candidates.add(block);
  }
  const left = [...candidates].sort((a, b) => a - b);
  if (left.length < count) {
    const message = `${String(count)} blocks were to be drawn from ${String(left.length)}`;
    throw new RaidlabError({ area: 'host', reason: 'internal', message });
  }
  const prng = openPrng(seed);
  const drawn: number[] = [];
  for (let turn = 0; turn < count; turn += 1) {
    // The last one takes the drawn one's place: each is drawn once, in constant time.
    const index = prng.below(left.length);
    const last = left.pop() ?? 0;
    drawn.push(index < left.length ? (left[index] ?? 0) : last);
    if (index < left.length) left[index] = last;
  }
  return drawn.sort((a, b) => a - b).map((block) => ({ offsetBytes: block * blockBytes, lengthBytes: blockBytes }));
}
