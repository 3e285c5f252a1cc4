import type { Member } from '../core/array/member.ts';
import { mapLogical, parseChunkTree } from '../core/btrfs/chunk-tree.ts';
import type { MappedPiece } from '../core/btrfs/chunk-tree.ts';
import { parseLuksDump, payloadOffsetBytes } from '../core/cryptsetup/luks-dump.ts';
import { parseFilefrag } from '../core/e2fsprogs/filefrag.ts';
import type { ByteRange } from '../core/fault/fault.ts';
import { command } from '../core/plan/command.ts';
import type { Context } from '../machine/context.ts';
import type { Guest } from '../machine/guest.ts';
import { ask } from './type-command.ts';

/**
 * Gives where the data of files lies on the raw disks, below LUKS: each file's contiguous pieces, with the place of every copy. All
 * members must be there, and all writes be on the disks (`sync`). Data inside metadata has no pieces.
 */
export async function locateFiles(
  ctx: Context,
  guest: Guest,
  members: readonly Member[],
  guestPaths: readonly string[],
): Promise<ReadonlyMap<string, readonly MappedPiece[]>> {
  const [first] = members;
  if (first === undefined || guestPaths.length === 0) return new Map();
  const dumpTree = command('btrfs', 'inspect-internal', 'dump-tree', '-t', 'chunk', first.container.mappingGuestDevice);
  const chunks = await ask(ctx, guest, dumpTree, parseChunkTree);
  const dataOffsets = new Map<number, number>();
  for (const { devid, container } of members) {
    const header = await ask(ctx, guest, command('cryptsetup', 'luksDump', container.guestDevice), parseLuksDump);
    dataOffsets.set(devid, container.startBytes + payloadOffsetBytes(header));
  }
  const extents = await ask(ctx, guest, command('filefrag', '-v', ...guestPaths), (text) => parseFilefrag(guestPaths, text));
  const onDisk = (piece: MappedPiece): MappedPiece => ({
    ...piece,
    copies: piece.copies.map(({ devid, offsetBytes }) => ({ devid, offsetBytes: offsetBytes + requireOffset(dataOffsets, devid) })),
  });
  return new Map(
    [...extents].map(([guestPath, ranges]) => [guestPath, ranges.flatMap((range) => mapLogical(chunks, range).map(onDisk))] as const),
  );
}

function requireOffset(dataOffsets: ReadonlyMap<number, number>, devid: number): number {
  const offsetBytes = dataOffsets.get(devid);
  if (offsetBytes === undefined) throw new RangeError(`no member has the devid ${String(devid)}`);
  return offsetBytes;
}

/** Gives the ranges of pieces on one member. */
export function rangesOn(pieces: readonly MappedPiece[], devid: number): readonly ByteRange[] {
  return pieces.flatMap(({ lengthBytes, copies }) =>
    copies.filter((copy) => copy.devid === devid).map(({ offsetBytes }) => ({ offsetBytes, lengthBytes })),
  );
}
