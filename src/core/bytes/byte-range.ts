import type { ByteRange } from '../fault/fault.ts';
import { parseSize } from '../text/size.ts';

/**
 * Reads a range on a disk as a person writes it: `1MiB+64KiB` (place and length), `1MiB-2MiB` (from and to), `1MiB` (a block there).
 * Undefined when it is not one.
 */
export function parseByteRange(text: string, blockBytes: number): ByteRange | undefined {
  const match = /^([^+-]+)(?:([+-])([^+-]+))?$/u.exec(text.trim());
  if (match === null) return undefined;
  const offsetBytes = parseOffset(match[1] ?? '');
  if (offsetBytes === undefined) return undefined;
  if (match[2] === undefined) return { offsetBytes, lengthBytes: blockBytes };
  const second = parseSize(match[3] ?? '');
  if (second === undefined) return undefined;
  const lengthBytes = match[2] === '+' ? second : second - offsetBytes;
  return lengthBytes > 0 ? { offsetBytes, lengthBytes } : undefined;
}

/** A disk begins at 0, which is not a size. */
function parseOffset(text: string): number | undefined {
  return /^0+$/u.test(text.trim()) ? 0 : parseSize(text);
}
