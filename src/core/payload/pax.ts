/*
 * The pieces of a pax archive: POSIX.1-2017, `pax`, "pax Interchange Format" and "ustar Interchange Format".
 * Extensions: SCHILY.xattr.* (star, read by GNU tar with --xattrs) and GNU.sparse 1.0
 * (https://www.gnu.org/software/tar/manual/html_section/Sparse-Formats.html).
 */
import { joinBytes, utf8 } from '../bytes/bytes.ts';

/** Archives consist of blocks of this size, bytes. */
export const blockBytes = 512;

/** GNU tar reads and writes records of twenty blocks; an archive is padded to a whole one, bytes. */
export const recordBytes = 20 * blockBytes;

/** A pax record: keyword and value; the value may be any bytes. */
export type PaxRecord = readonly [keyword: string, value: string | Uint8Array];

/** The fields of a ustar header. Names that do not fit are given in a pax record, and only abbreviated here. */
export interface UstarHeader {
  readonly name: string;
  readonly mode: number;
  readonly uid: number;
  readonly gid: number;
  /** Bytes that follow the header, before padding. */
  readonly sizeBytes: number;
  /** Whole seconds. */
  readonly mtimeSeconds: number;
  /** `0` file, `1` hard link, `2` symbolic link, `5` directory, `x` pax records of the next entry. */
  readonly type: '0' | '1' | '2' | '5' | 'x';
  readonly linkName?: string;
}

/** Gives the 512 bytes of a ustar header. */
export function ustarBlock(header: UstarHeader): Uint8Array {
  const block = new Uint8Array(blockBytes);
  writeText(block, 0, 100, header.name);
  writeText(block, 100, 8, `${octal(header.mode, 7)}\0`);
  writeText(block, 108, 8, `${octal(header.uid, 7)}\0`);
  writeText(block, 116, 8, `${octal(header.gid, 7)}\0`);
  writeText(block, 124, 12, `${octal(header.sizeBytes, 11)}\0`);
  writeText(block, 136, 12, `${octal(header.mtimeSeconds, 11)}\0`);
  // The sum is computed with the field itself full of spaces.
  writeText(block, 148, 8, ' '.repeat(8));
  writeText(block, 156, 1, header.type);
  writeText(block, 157, 100, header.linkName ?? '');
  writeText(block, 257, 8, 'ustar\x0000');
  const sum = block.reduce((total, byte) => total + byte, 0);
  writeText(block, 148, 8, `${octal(sum, 6)}\0 `);
  return block;
}

/** Gives the pax records as the content of an `x` entry, without padding. */
export function paxRecords(records: readonly PaxRecord[]): Uint8Array {
  return joinBytes(records.map(([keyword, value]) => paxRecord(keyword, typeof value === 'string' ? utf8(value) : value)));
}

/** Gives the zeros that pad content of this length to a whole block. */
export function blockPadding(sizeBytes: number): Uint8Array {
  return new Uint8Array((blockBytes - (sizeBytes % blockBytes)) % blockBytes);
}

/** Tells whether a text fits into a ustar field unchanged: ASCII and not too long. */
export function fitsUstar(text: string, limitBytes: number): boolean {
  return text.length <= limitBytes && /^[\x20-\x7e]*$/u.test(text);
}

/** Decodes hex, two digits per byte. */
export function bytesOfHex(hex: string): Uint8Array {
  return Uint8Array.from({ length: hex.length / 2 }, (_, index) => Number.parseInt(hex.slice(index * 2, index * 2 + 2), 16));
}

/** `%d %s=%s\n`, where the number is the length of the whole record, itself included. */
function paxRecord(keyword: string, value: Uint8Array): Uint8Array {
  const rest = joinBytes([utf8(` ${keyword}=`), value, utf8('\n')]);
  let length = rest.length;
  while (length !== rest.length + String(length).length) length = rest.length + String(length).length;
  return joinBytes([utf8(String(length)), rest]);
}

function octal(value: number, digits: number): string {
  return value.toString(8).padStart(digits, '0');
}

function writeText(block: Uint8Array, offset: number, limit: number, text: string): void {
  for (let index = 0; index < Math.min(limit, text.length); index += 1) block[offset + index] = text.charCodeAt(index);
}
