import { OutputLines } from '../parsing/output-lines.ts';

/** The kernel's counters for a block device's requests, since the device appeared. */
export interface BlockStat {
  readonly reads: number;
  readonly readBytes: number;
  /** The total time of all reads from being queued to being answered, milliseconds. */
  readonly readMs: number;
  readonly writes: number;
  readonly writtenBytes: number;
  readonly writeMs: number;
  /** Flushes are counted separately since kernel 5.5; null before. */
  readonly flushes: number | null;
  readonly flushMs: number | null;
}

/** The block layer's sector size, independent of the disk's. Source: Documentation/block/stat.rst. */
const sectorBytes = 512;

/** Parses `/sys/block/NAME/stat`: 11 fields, 15 since kernel 4.18, 17 since 5.5. Source: Documentation/block/stat.rst. */
export function parseBlockStat(text: string): BlockStat {
  const lines = new OutputLines('/sys/block/NAME/stat', text);
  const numbers = lines
    .take('11, 15 or 17 numbers', /^ *(\d+(?: +\d+)*) *$/)
    .text(1)
    .split(/ +/)
    .map(Number);
  lines.end();
  if (![11, 15, 17].includes(numbers.length) || !numbers.every(Number.isSafeInteger)) lines.refuseTaken('11, 15 or 17 whole numbers');
  const [reads = 0, , readSectors = 0, readMs = 0, writes = 0, , writtenSectors = 0, writeMs = 0] = numbers;
  const [flushes = null, flushMs = null] = numbers.slice(15);
  return {
    reads,
    readBytes: readSectors * sectorBytes,
    readMs,
    writes,
    writtenBytes: writtenSectors * sectorBytes,
    writeMs,
    flushes,
    flushMs,
  };
}

/** Gives how long a write took on average between two readings, milliseconds; null when there was none. */
export function meanWriteMs(before: BlockStat, after: BlockStat): number | null {
  const writes = after.writes - before.writes;
  return writes === 0 ? null : (after.writeMs - before.writeMs) / writes;
}
