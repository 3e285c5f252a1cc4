import type { ByteRange } from '../fault/fault.ts';
import { OutputLines } from '../parsing/output-lines.ts';
import type { Captures } from '../parsing/output-lines.ts';

const tool = 'filefrag -v';

/** The unit in which filefrag counts on a filesystem with blocks of 4096 bytes; another is refused. */
const blockBytes = 4096;

/**
 * The flags of an extent: it lies where it says, or, inline, nowhere, or, encoded, in another form. Source: the FIEMAP_EXTENT flags,
 * Documentation/filesystems/fiemap.rst.
 */
const knownFlags: readonly string[] = ['last', 'eof', 'shared', 'merged', 'inline', 'not_aligned', 'encoded'];

/**
 * Parses `filefrag -v FILE…`: for each file, in the order of the command, the extents that hold its data, as the filesystem's own
 * addresses. On btrfs these are logical addresses, which the chunk tree maps to devices.
 *
 * Holes have no extent, and data that lies inside metadata (`inline`) has no address: both are left out. So are files with an extent
 * that is compressed (`encoded`): its blocks are not the file's. Refused: extents that are not written out yet. Source:
 * misc/filefrag.c of e2fsprogs.
 */
export function parseFilefrag(guestPaths: readonly string[], text: string): ReadonlyMap<string, readonly ByteRange[]> {
  const lines = new OutputLines(tool, text);
  lines.take('Filesystem type is: N', /^Filesystem type is: [0-9a-f]+$/);
  const files = guestPaths.map((guestPath) => [guestPath, takeFile(lines, guestPath)] as const);
  lines.end();
  return new Map(files.flatMap(([guestPath, extents]) => (extents === null ? [] : [[guestPath, extents] as const])));
}

/** Gives null for a file that is partly compressed. */
function takeFile(lines: OutputLines, guestPath: string): readonly ByteRange[] | null {
  takeNamed(lines, guestPath, new RegExp(String.raw`^File size of (.+) is \d+ \(\d+ blocks? of ${String(blockBytes)} bytes\)$`));
  const ranges: ByteRange[] = [];
  let seen = 0;
  let isCompressed = false;
  if (lines.takeIf(/^ ext: {5}logical_offset: {8}physical_offset: length: {3}expected: flags:$/) !== null) {
    for (let isLast = false; !isLast; seen += 1) {
      const extent = takeExtent(lines, seen);
      if (!extent.flags.includes('inline')) ranges.push(extent.range);
      isCompressed ||= extent.flags.includes('encoded');
      isLast = extent.flags.includes('last');
    }
  }
  // Neighbouring extents are counted as one.
  const found = takeNamed(lines, guestPath, /^(.+): (\d+) extents? found$/).number(2);
  if (found > seen || (found === 0 && seen > 0)) lines.refuseTaken(`at most ${String(seen)} extents`);
  return isCompressed ? null : ranges;
}

/** Takes a line that names the file. */
function takeNamed(lines: OutputLines, guestPath: string, pattern: RegExp): Captures {
  const line = lines.take(`a line about ${guestPath}`, pattern);
  return line.text(1) === guestPath ? line : lines.refuseTaken(`a line about ${guestPath}`);
}

function takeExtent(lines: OutputLines, number: number): { readonly flags: readonly string[]; readonly range: ByteRange } {
  const form = String.raw`^ *${String(number)}: +\d+\.\. +\d+: +(\d+)\.\. +\d+: +(\d+): *(?:\d+: *)?((?:[a-z_]+,)*[a-z_]+)?$`;
  const line = lines.take(`extent ${String(number)}`, new RegExp(form));
  const flags = line.optional(3)?.split(',') ?? [];
  const unknown = flags.find((flag) => !knownFlags.includes(flag));
  if (unknown !== undefined) lines.refuseTaken(`an extent that is not ${unknown}`);
  return { flags, range: { offsetBytes: line.number(1) * blockBytes, lengthBytes: line.number(2) * blockBytes } };
}
