import { corruptedBytes, placesOf } from '../../core/fault/fault.ts';
import type { ByteRange, DiskDamage } from '../../core/fault/fault.ts';
import { UnknownOutput } from '../../core/parsing/unknown-output.ts';

const corruptions = [formatByte(corruptedBytes[0]), formatByte(corruptedBytes[1])] as const;

/** qemu-io allocates a buffer as long as a command's range. */
const maxCommandBytes = 32 * 1024 * 1024;

/** Gives the qemu-io commands that tell where a damage would change something; each says so by failing. None if that is certain. */
export function planComparison(damage: DiskDamage): readonly string[] {
  return damage.kind === 'header-wipe' ? [] : splitRanges(damage.at).map((range) => formatCommand('read', corruptions[0], range));
}

/**
 * Gives the offsets at which `qemu-io -c 'read -q -P …'` found other bytes. Only reads that message; other errors will recur when the
 * damage is done.
 */
export function parseComparison(stdout: string): ReadonlySet<number> {
  const lines = stdout.split('\n').filter((line) => line !== '');
  return new Set(
    lines.map((line, index) => {
      const offset = /^Pattern verification failed at offset (\d+), \d+ bytes$/.exec(line)?.[1];
      if (offset === undefined) throw new UnknownOutput('qemu-io read', 'a pattern that differs', line, index + 1);
      return Number(offset);
    }),
  );
}

/** Gives the qemu-io commands that do a damage, and read it back. */
export function planDamage(damage: DiskDamage, differing: ReadonlySet<number>): readonly string[] {
  const patternAt = ({ offsetBytes }: ByteRange): string => {
    if (damage.kind === 'header-wipe') return '0';
    return differing.has(offsetBytes) ? corruptions[0] : corruptions[1];
  };
  const pieces = splitRanges(placesOf(damage));
  return ['write', 'read'].flatMap((verb) => pieces.map((range) => formatCommand(verb, patternAt(range), range)));
}

function splitRanges(ranges: readonly ByteRange[]): readonly ByteRange[] {
  return ranges.flatMap(({ offsetBytes, lengthBytes }) =>
    Array.from({ length: Math.ceil(lengthBytes / maxCommandBytes) }, (_piece, index) => ({
      offsetBytes: offsetBytes + index * maxCommandBytes,
      lengthBytes: Math.min(maxCommandBytes, lengthBytes - index * maxCommandBytes),
    })),
  );
}

function formatByte(byte: number): string {
  return `0x${byte.toString(16)}`;
}

function formatCommand(verb: string, pattern: string, { offsetBytes, lengthBytes }: ByteRange): string {
  return `${verb} -q -P ${pattern} ${String(offsetBytes)} ${String(lengthBytes)}`;
}
