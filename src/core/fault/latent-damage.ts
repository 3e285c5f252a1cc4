import type { MappedPiece } from '../btrfs/chunk-tree.ts';
import { faultBlockBytes } from './fault.ts';
import type { ByteRange } from './fault.ts';
import { drawBlocks } from './fault-blocks.ts';

/** Unread bad blocks of one member, and what follows once another member is gone. */
export interface LatentDamage {
  /** The member with the bad blocks. */
  readonly devid: number;
  readonly at: readonly ByteRange[];
  /** The files that have a bad block. */
  readonly damaged: readonly string[];
  /** Those of them that have no other good copy once that member is lost. */
  readonly lost: readonly string[];
}

/** What latent damage is drawn from. */
export interface LatentDamageWish {
  /** Where all copies of each file lie, on the members' disks. */
  readonly files: ReadonlyMap<string, readonly MappedPiece[]>;
  /** The member that will be lost. */
  readonly lostDevid: number;
  readonly fileCount: number;
  readonly blocksEach: number;
  readonly seed: string;
}

/**
 * Draws bad blocks below some files, where they do most harm: on the member whose blocks have the fewest other copies without the lost
 * one; and where a file spans several stripes, not in its last one, because another part of the kernel reports that error. The copies
 * alone decide which files are lost: with two copies those whose other copy was on the lost member, with three none. Throws RangeError
 * when too few files have enough blocks on one member.
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
  // Those in few stripes first, but more than one: any stripe of a large file may be the last of a request.
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
    // Every bad block has as many copies left as the fewest: only the bad one itself, or at least one good one.
    lost: fewest === 1 ? damaged : [],
  };
}

function withoutLastStripe(pieces: readonly MappedPiece[]): readonly MappedPiece[] {
  return pieces.length < 2 ? pieces : pieces.slice(0, -1);
}

function blocksIn(ranges: readonly ByteRange[]): number {
  return ranges.reduce((sum, { lengthBytes }) => sum + Math.floor(lengthBytes / faultBlockBytes), 0);
}
