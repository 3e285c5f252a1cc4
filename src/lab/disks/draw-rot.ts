import { RaidlabError } from '../../core/failure/failure.ts';
import { countBlocks, drawBlocks } from '../../core/fault/fault-blocks.ts';
import { faultBlockBytes, maxCorruptedBytes, maxCorruptedRanges } from '../../core/fault/fault.ts';
import type { ByteRange } from '../../core/fault/fault.ts';
import { formatSize } from '../../core/text/size.ts';
import type { Context } from '../../machine/context.ts';
import { diskHostPath } from '../place/lab-place.ts';
import type { LabPlace } from '../place/lab-place.ts';
import { listWritten } from '../../machine/files/list-written.ts';

/**
 * What btrfs leaves free at the beginning of a device, except for a super block of which it has copies. Source:
 * BTRFS_DEVICE_RANGE_RESERVED in fs/btrfs/fs.h. Bytes.
 */
const reservedBytes = 1024 ** 2;

/** What should rot: this many bytes of a disk. */
export interface RotWish {
  readonly disk: string;
  readonly bytes: number;
  readonly seed: string;
  /** Where the data of the lab's members begins: partition tables and headers are spared. */
  readonly payloadStartBytes: number;
}

/**
 * Draws this many bytes of a lab's disk, in places that have been written to, behind its partition table and LUKS header if it has them: unwritten places
 * prove nothing. Rejects with `lab/bad-fault` when less has been written.
 */
export async function drawRot(ctx: Context, place: LabPlace, wish: RotWish): Promise<readonly ByteRange[]> {
  const { disk, bytes, seed } = wish;
  const beginBytes = wish.payloadStartBytes + reservedBytes;
  const written = (await listWritten(ctx, diskHostPath(place, disk))).flatMap((range) => behind(beginBytes, range));
  const piece = choosePiece(written, bytes);
  if (typeof piece === 'string') throw new RaidlabError({ area: 'lab', reason: 'bad-fault', disk, why: piece });
  const { count, blockBytes } = piece;
  const perBlock = Math.ceil(bytes / count);
  // Whole shares until nothing is left: the last block may get less, and some none.
  return drawBlocks({ within: written, count, blockBytes, seed }).flatMap(({ offsetBytes }, index) => {
    const lengthBytes = Math.min(perBlock, bytes - perBlock * index);
    return lengthBytes > 0 ? [{ offsetBytes, lengthBytes }] : [];
  });
}

/**
 * Gives how many blocks of which size rot is drawn from, or says in a sentence why that much cannot rot. It is spread as widely as
 * possible: a byte in each of many blocks if it is little, larger blocks if it is much.
 */
function choosePiece(written: readonly ByteRange[], bytes: number): { readonly count: number; readonly blockBytes: number } | string {
  let mostBytes = 0;
  for (let blockBytes = faultBlockBytes; ; blockBytes *= 2) {
    const count = Math.min(bytes, maxCorruptedRanges, countBlocks(written, blockBytes));
    if (count === 0) break;
    if (bytes <= Math.min(count * blockBytes, maxCorruptedBytes)) return { count, blockBytes };
    mostBytes = Math.max(mostBytes, Math.min(count * blockBytes, maxCorruptedBytes));
  }
  if (mostBytes === 0) return 'Nothing is written to it after its header, so there is nothing to corrupt.';
  const limit = mostBytes === maxCorruptedBytes ? 'more at once is not supported' : 'no more is written to it after its header';
  return `At most ${String(mostBytes)} bytes (${formatSize(mostBytes)}) can be corrupted, not ${String(bytes)}: ${limit}.`;
}

function behind(beginBytes: number, { offsetBytes, lengthBytes }: ByteRange): readonly ByteRange[] {
  const end = offsetBytes + lengthBytes;
  const begin = Math.max(offsetBytes, beginBytes);
  return begin < end ? [{ offsetBytes: begin, lengthBytes: end - begin }] : [];
}
