/**
 * The tar of a bundle: regular files with short names, and nothing else that tar could say. POSIX.1-2017, `pax`, "ustar Interchange
 * Format". What comes in may be of anybody, so the reader refuses links, devices, extensions and whatever ends before its time.
 */
import { blockBytes, blockPadding, ustarBlock } from '../payload/pax.ts';

/** A bundle that cannot be read; the message completes "… is no bundle: ". */
export class BadBundle extends Error {
  override readonly name = 'BadBundle';
}

/** A name is as long as a ustar header has room for without its prefix. */
const mostNameBytes = 100;

/** Tells whether a file can have this name in a bundle. */
export function fitsInTar(name: string): boolean {
  return name.length <= mostNameBytes && /^[\x21-\x7e]+$/u.test(name);
}

/** Gives what precedes the content of a file, 512 bytes. The name must {@link fitsInTar fit}. */
export function tarHead(name: string, sizeBytes: number, mtimeSeconds: number): Uint8Array {
  return ustarBlock({ name, mode: 0o600, uid: 0, gid: 0, sizeBytes, mtimeSeconds, type: '0' });
}

/** Gives what follows the content of a file. */
export function tarPadding(sizeBytes: number): Uint8Array {
  return blockPadding(sizeBytes);
}

/** Ends an archive. */
export const tarEnd = new Uint8Array(2 * blockBytes);

/** Who is told what is in an archive. Each may throw, and the reading ends. */
export interface TarVisitor {
  /** A file begins. */
  readonly begin: (name: string, sizeBytes: number) => void;
  /** The next bytes of its content; valid until the call is over. */
  readonly content: (bytes: Uint8Array) => void;
  /** It is over. */
  readonly end: () => void;
}

/** Reads an archive as its bytes come in. */
export interface TarReader {
  /** Takes the next bytes; throws {@link BadBundle}. */
  readonly take: (bytes: Uint8Array) => void;
  /** There are no more; throws {@link BadBundle} when something is missing. */
  readonly finish: () => void;
}

/** Where a reader is: before a head, in the content or the padding of a file, behind the first of the two blocks of zeros, or behind both. */
type Place = 'head' | 'content' | 'padding' | 'half-ended' | 'ended';

/** Opens a reader. */
export function openTarReader(visitor: TarVisitor): TarReader {
  const block = new Uint8Array(blockBytes);
  let filled = 0;
  let place: Place = 'head';
  let left = 0;
  let padding = 0;
  const toHead = (): void => {
    visitor.end();
    place = padding > 0 ? 'padding' : 'head';
  };
  const takeHead = (): void => {
    if (block.every((byte) => byte === 0)) {
      place = place === 'half-ended' ? 'ended' : 'half-ended';
      return;
    }
    if (place !== 'head') throw new BadBundle('there is something behind its end');
    const { name, sizeBytes } = readHead(block);
    left = sizeBytes;
    padding = blockPadding(sizeBytes).length;
    visitor.begin(name, sizeBytes);
    place = 'content';
    if (left === 0) toHead();
  };
  return {
    take: (bytes) => {
      let at = 0;
      while (at < bytes.length) {
        const rest = bytes.length - at;
        if (place === 'content') {
          const length = Math.min(left, rest);
          visitor.content(bytes.subarray(at, at + length));
          at += length;
          left -= length;
          if (left === 0) toHead();
        } else if (place === 'padding') {
          const length = Math.min(padding, rest);
          at += length;
          padding -= length;
          if (padding === 0) place = 'head';
        } else if (place === 'ended') {
          // Other programs fill up the last record.
          if (bytes.subarray(at).some((byte) => byte !== 0)) throw new BadBundle('there is something behind its end');
          at = bytes.length;
        } else {
          const length = Math.min(blockBytes - filled, rest);
          block.set(bytes.subarray(at, at + length), filled);
          at += length;
          filled += length;
          if (filled < blockBytes) continue;
          filled = 0;
          takeHead();
        }
      }
    },
    finish: () => {
      if (place !== 'ended') throw new BadBundle('it ends before its end: it was cut off');
    },
  };
}

function readHead(block: Uint8Array): { readonly name: string; readonly sizeBytes: number } {
  const stated = readOctal(block, 148, 8);
  const sum = block.reduce((total, byte, index) => total + (index >= 148 && index < 156 ? 32 : byte), 0);
  if (stated !== sum) throw new BadBundle('a header in it has a wrong check sum');
  if (readText(block, 257, 5) !== 'ustar') throw new BadBundle('it is no tar archive of the kind ustar');
  const name = readText(block, 0, mostNameBytes);
  const type = String.fromCharCode(block[156] ?? 0);
  // A prefix would make a name longer than the one that is looked at.
  if ((type !== '0' && type !== '\0') || block[345] !== 0) throw new BadBundle(`"${name}" in it is no regular file with a short name`);
  return { name, sizeBytes: readOctal(block, 124, 12) };
}

function readText(block: Uint8Array, offset: number, limit: number): string {
  const bytes = block.subarray(offset, offset + limit);
  const end = bytes.indexOf(0);
  return String.fromCharCode(...(end === -1 ? bytes : bytes.subarray(0, end)));
}

function readOctal(block: Uint8Array, offset: number, limit: number): number {
  const digits = readText(block, offset, limit).trim();
  if (!/^[0-7]{1,11}$/u.test(digits)) throw new BadBundle('a header in it has no number where one belongs');
  return Number.parseInt(digits, 8);
}
