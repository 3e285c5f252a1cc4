import type { ByteRange } from '../fault/fault.ts';
import { OutputLines } from '../parsing/output-lines.ts';

/** A part of a device that belongs to a chunk, in bytes of the device. On an encrypted member: of the mapping. */
export interface ChunkStripe {
  readonly devid: number;
  readonly offsetBytes: number;
}

/** The profiles whose mapping is known here; raid5 and raid6 are refused. */
const mappedProfiles = ['single', 'DUP', 'RAID0', 'RAID1', 'RAID1C3', 'RAID1C4', 'RAID10'] as const;

type MappedProfile = (typeof mappedProfiles)[number];

/** One chunk: a range of the filesystem's logical addresses, and where it lies on the devices. */
export interface Chunk extends ByteRange {
  /** `DATA`, `METADATA`, `SYSTEM`, or `DATA|METADATA`. */
  readonly type: string;
  readonly profile: MappedProfile;
  /** How many bytes lie together before the next device is used; only raid0 and raid10 alternate. */
  readonly stripeBytes: number;
  /** How many consecutive devices have the same bytes, in raid10. */
  readonly subStripes: number;
  readonly stripes: readonly ChunkStripe[];
}

/** Where one copy of some bytes lies. */
export interface CopyPlace {
  readonly devid: number;
  readonly offsetBytes: number;
}

/** A contiguous piece of a logical range, and all its copies. */
export interface MappedPiece {
  readonly logicalBytes: number;
  readonly lengthBytes: number;
  readonly copies: readonly CopyPlace[];
}

const tool = 'btrfs inspect-internal dump-tree -t chunk';
const uuid = '[0-9a-f]{8}(?:-[0-9a-f]{4}){3}-[0-9a-f]{12}';

/**
 * Parses `btrfs inspect-internal dump-tree -t chunk DEVICE`: all chunks, by logical address. A leaf says how many items it has, a chunk
 * how many stripes, so truncated output is refused. A tree with more than one leaf, which takes a hundred chunks, is refused too. Source:
 * kernel-shared/print-tree.c.
 */
export function parseChunkTree(text: string): readonly Chunk[] {
  const lines = new OutputLines(tool, text);
  lines.take('btrfs-progs VERSION', /^btrfs-progs v\d+(?:\.\d+)+$/);
  lines.take('chunk tree', /^chunk tree$/);
  const leaf = lines.take('leaf N items N', /^leaf (\d+) items (\d+) free space \d+ generation \d+ owner CHUNK_TREE$/);
  lines.take('leaf N flags', /^leaf \d+ flags 0x[0-9a-f]+\([A-Z|]+\) backref revision \d+$/);
  if (lines.nextIs(/^checksum stored /)) {
    lines.take('checksum stored', /^checksum stored [0-9a-f]+$/);
    lines.take('checksum calced', /^checksum calced [0-9a-f]+$/);
  }
  lines.take('fs uuid', new RegExp(`^fs uuid ${uuid}$`));
  lines.take('chunk uuid', new RegExp(`^chunk uuid ${uuid}$`));
  const items = leaf.number(2);
  const chunks: Chunk[] = [];
  for (let item = 0; item < items; item += 1) {
    const key = lines.take(
      `item ${String(item)}`,
      new RegExp(
        String.raw`^\titem ${String(item)} key \((?:DEV_ITEMS DEV_ITEM \d+|FIRST_CHUNK_TREE CHUNK_ITEM (\d+))\) itemoff \d+ itemsize \d+$`,
      ),
    );
    if (key.optional(1) === null) takeDeviceItem(lines);
    else chunks.push(takeChunk(lines, key.number(1)));
  }
  lines.end();
  return chunks;
}

function takeDeviceItem(lines: OutputLines): void {
  lines.take('devid N', /^\t\tdevid \d+ total_bytes \d+ bytes_used \d+$/);
  lines.take('io_align', /^\t\tio_align \d+ io_width \d+ sector_size \d+ type \d+$/);
  lines.take('generation', /^\t\tgeneration \d+ start_offset \d+ dev_group \d+$/);
  lines.take('seek_speed', /^\t\tseek_speed \d+ bandwidth \d+$/);
  lines.take('uuid', new RegExp(String.raw`^\t\tuuid ${uuid}$`));
  lines.take('fsid', new RegExp(String.raw`^\t\tfsid ${uuid}$`));
}

function takeChunk(lines: OutputLines, offsetBytes: number): Chunk {
  const head = lines.take(
    'length N',
    /^\t\tlength (\d+) owner \d+ stripe_len (\d+) type ((?:DATA|METADATA|SYSTEM)(?:\|METADATA)?)(?:\|([A-Za-z0-9]+))?$/,
  );
  const profile = mappedProfiles.find((known) => known === (head.optional(4) ?? 'single'));
  if (profile === undefined) lines.refuseTaken(`a profile of ${mappedProfiles.join(', ')}`);
  lines.take('io_align', /^\t\tio_align \d+ io_width \d+ sector_size \d+$/);
  const counts = lines.take('num_stripes N', /^\t\tnum_stripes (\d+) sub_stripes (\d+)$/);
  const stripes: ChunkStripe[] = [];
  while (stripes.length < counts.number(1)) {
    const stripe = lines.take('stripe N', new RegExp(String.raw`^\t\t\tstripe ${String(stripes.length)} devid (\d+) offset (\d+)$`));
    lines.take('dev_uuid', new RegExp(String.raw`^\t\t\tdev_uuid ${uuid}$`));
    stripes.push({ devid: stripe.number(1), offsetBytes: stripe.number(2) });
  }
  const subStripes = counts.number(2);
  if (profile === 'RAID10' && (subStripes === 0 || stripes.length % subStripes !== 0))
    lines.refuseTaken('stripes in groups of sub_stripes');
  return {
    offsetBytes,
    lengthBytes: head.number(1),
    type: head.text(3),
    profile,
    stripeBytes: head.number(2),
    subStripes,
    stripes,
  };
}

/**
 * Gives where a range of logical addresses lies, piece by piece, with all copies. Throws RangeError where no chunk has it: then the tree
 * is older or newer than the range.
 */
export function mapLogical(chunks: readonly Chunk[], range: ByteRange): readonly MappedPiece[] {
  const pieces: MappedPiece[] = [];
  const end = range.offsetBytes + range.lengthBytes;
  for (let at = range.offsetBytes; at < end;) {
    const chunk = chunks.find(({ offsetBytes, lengthBytes }) => at >= offsetBytes && at < offsetBytes + lengthBytes);
    if (chunk === undefined) throw new RangeError(`no chunk has the logical address ${String(at)}`);
    const { lengthBytes, copies } = copiesAt(chunk, at - chunk.offsetBytes);
    const length = Math.min(lengthBytes, end - at);
    pieces.push({ logicalBytes: at, lengthBytes: length, copies });
    at += length;
  }
  return pieces;
}

/** Gives the copies of the bytes from a place in a chunk on, and how many of them lie together. Source: fs/btrfs/volumes.c, btrfs_map_block(). */
function copiesAt(chunk: Chunk, withinBytes: number): Omit<MappedPiece, 'logicalBytes'> {
  const { profile, stripeBytes, stripes } = chunk;
  if (profile !== 'RAID0' && profile !== 'RAID10') {
    const copies = stripes.map(({ devid, offsetBytes }) => ({ devid, offsetBytes: offsetBytes + withinBytes }));
    return { lengthBytes: chunk.lengthBytes - withinBytes, copies };
  }
  const group = profile === 'RAID10' ? chunk.subStripes : 1;
  const groups = stripes.length / group;
  const stripeNumber = Math.floor(withinBytes / stripeBytes);
  const first = (stripeNumber % groups) * group;
  const onDevice = Math.floor(stripeNumber / groups) * stripeBytes + (withinBytes % stripeBytes);
  const copies = stripes.slice(first, first + group).map(({ devid, offsetBytes }) => ({ devid, offsetBytes: offsetBytes + onDevice }));
  return { lengthBytes: stripeBytes - (withinBytes % stripeBytes), copies };
}
