import { RaidlabError } from '../core/failure.ts';
import { drawBlocks } from '../core/fault/fault-blocks.ts';
import { faultBlockBytes, maxCorruptedRanges } from '../core/fault.ts';
import type { ByteRange } from '../core/fault.ts';
import type { Encryption } from '../core/layout.ts';
import { headerBytes } from '../core/usable-space.ts';
import type { Context } from '../machine/context.ts';
import { diskHostPath } from './lab-place.ts';
import type { LabPlace } from './lab-place.ts';
import { listWritten } from '../machine/list-written.ts';

/** What btrfs leaves free at the beginning of a device, but for a super block of which it has more. Source: BTRFS_DEVICE_RANGE_RESERVED in fs/btrfs/fs.h. Bytes. */
const reservedBytes = 1024 ** 2;

/** What is to rot: so many bytes of a disk. */
export interface RotWish {
  readonly disk: string;
  readonly bytes: number;
  readonly seed: string;
  /** What the disks of the lab are behind: a header is spared. */
  readonly encryption: Encryption;
}

/**
 * Draws places of a lab's disk that have been written to, behind its LUKS header where it has one, that are so many bytes together: what was never
 * written proves nothing. Rejects with `lab/bad-fault` when less has been written.
 */
export async function drawRot(ctx: Context, place: LabPlace, wish: RotWish): Promise<readonly ByteRange[]> {
  const { disk, bytes, seed, encryption } = wish;
  const beginBytes = headerBytes[encryption] + reservedBytes;
  const written = (await listWritten(ctx, diskHostPath(place, disk))).flatMap((range) => behind(beginBytes, range));
  const blocksThere = written.reduce((sum, { lengthBytes }) => sum + Math.floor(lengthBytes / faultBlockBytes), 0);
  // Small rot is spread as widely as can be: a byte in each of many blocks.
  const count = Math.min(bytes, maxCorruptedRanges, blocksThere);
  const perBlock = Math.ceil(bytes / count);
  if (count === 0 || perBlock > faultBlockBytes) {
    const why = `${String(bytes)} bytes were to rot; ${String(blocksThere)} blocks of ${String(faultBlockBytes)} bytes have been written behind its header, and at most ${String(maxCorruptedRanges)} rot at once.`;
    throw new RaidlabError({ area: 'lab', reason: 'bad-fault', disk, why });
  }
  // Whole shares until there is no more to give: the last block may get less, and some none.
  return drawBlocks({ within: written, count, seed }).flatMap(({ offsetBytes }, index) => {
    const lengthBytes = Math.min(perBlock, bytes - perBlock * index);
    return lengthBytes > 0 ? [{ offsetBytes, lengthBytes }] : [];
  });
}

function behind(beginBytes: number, { offsetBytes, lengthBytes }: ByteRange): readonly ByteRange[] {
  const end = offsetBytes + lengthBytes;
  const begin = Math.max(offsetBytes, beginBytes);
  return begin < end ? [{ offsetBytes: begin, lengthBytes: end - begin }] : [];
}
