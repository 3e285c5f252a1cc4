import type { MappedPiece } from '../btrfs/chunk-tree.ts';
import { faultBlockBytes } from './fault.ts';
import type { ByteRange } from './fault.ts';
import { drawBlocks } from './fault-blocks.ts';

/** Blocks of one member that are bad and that nobody has read, and what follows from it once another member is gone. */
export interface LatentDamage {
  /** The member that has them. */
  readonly devid: number;
  readonly at: readonly ByteRange[];
  /** The files that have a bad block. */
  readonly damaged: readonly string[];
  /** Those of them that have no good copy of it without the lost member. */
  readonly lost: readonly string[];
}

/** What latent damage is drawn from. */
export interface LatentDamageWish {
  /** Where every copy of each file lies, on the members' disks. */
  readonly files: ReadonlyMap<string, readonly MappedPiece[]>;
  /** The member that will be gone. */
  readonly lostDevid: number;
  readonly fileCount: number;
  readonly blocksEach: number;
  readonly seed: string;
}

/**
 * Draws bad blocks below some files, where they do most harm: on a member that has, without the lost one, the fewest other copies beside it;
 * and where a file lies in several stripes, in one that is not its last, whose error is reported by another part of the kernel.
 * Which files are lost follows from the copies alone: with two of everything those whose other copy the lost member had, with three none.
 * Throws RangeError when fewer files than wanted have enough blocks on one member.
 */
export function drawLatentDamage(wish: LatentDamageWish): LatentDamage {
  const { files, lostDevid, fileCount, blocksEach, seed } = wish;
  const survivors = (piece: MappedPiece): MappedPiece['copies'] => piece.copies.filter(({ devid }) => devid !== lostDevid);
  const pieces = [...files.values()].flat().filter((piece) => survivors(piece).length > 0);
  const fewest = Math.min(...pieces.map((piece) => survivors(piece).length));
  const devids = pieces
    .filter((piece) => survivors(piece).length === fewest)
    .flatMap((piece) => survivors(piece).map(({ devid }) => devid));
  const devid = Math.min(...devids);
  const placesIn = (guestPath: string): readonly ByteRange[] =>
    withoutLastStripe(files.get(guestPath) ?? [])
      .filter((piece) => survivors(piece).length === fewest)
      .flatMap((piece) =>
        survivors(piece)
          .filter((copy) => copy.devid === devid)
          .map(({ offsetBytes }) => ({ offsetBytes, lengthBytes: piece.lengthBytes })),
      );
  const stripes = (guestPath: string): number => files.get(guestPath)?.length ?? 0;
  // First those in few stripes, but several: of a large file any stripe may be the last of a request.
  const enough = [...files.keys()]
    .filter((guestPath) => blocksIn(placesIn(guestPath)) >= blocksEach)
    .sort((one, other) => Number(stripes(one) < 2) - Number(stripes(other) < 2) || stripes(one) - stripes(other));
  if (enough.length < fileCount) throw new RangeError(`${String(enough.length)} files can be damaged, not ${String(fileCount)}`);
  // Far apart in the list, so that they are files of different kinds.
  const damaged = Array.from({ length: fileCount }, (_, index) => enough[Math.floor((index * enough.length) / fileCount)] ?? '');
  return {
    devid,
    at: damaged.flatMap((guestPath) => drawBlocks({ within: placesIn(guestPath), count: blocksEach, seed: `${seed} ${guestPath}` })),
    damaged,
    // Every bad block has as many copies left as the fewest: none but the bad one itself, or at least one that is good.
    lost: fewest === 1 ? damaged : [],
  };
}

function withoutLastStripe(pieces: readonly MappedPiece[]): readonly MappedPiece[] {
  return pieces.length < 2 ? pieces : pieces.slice(0, -1);
}

function blocksIn(ranges: readonly ByteRange[]): number {
  return ranges.reduce((sum, { lengthBytes }) => sum + Math.floor(lengthBytes / faultBlockBytes), 0);
}
