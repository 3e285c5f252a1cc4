import { hashText, openPrng, spreadWord } from '../bytes/prng.ts';
import type { DataRun, FileEntry } from './entry.ts';

/** The maximal size of a piece of content, bytes. Buffers are not reused, so pieces may be kept. */
const pieceBytes = 65_536;

/** A piece of a file's content and its offset. */
export interface ContentPiece {
  readonly offset: number;
  readonly bytes: Uint8Array;
}

/** Gives the content of a file's data runs, piece by piece, in order; holes are left out. */
export function* dataOf(entry: FileEntry): Generator<ContentPiece> {
  for (const run of entry.data) {
    for (const bytes of entry.filling === 'random' ? randomRun(entry, run) : textRun(entry, run)) yield bytes;
  }
}

/** Gives the content of a whole file as it reads, holes as zeros, in pieces of at most 64 KiB. */
export function* contentOf(entry: FileEntry): Generator<Uint8Array> {
  let position = 0;
  for (const piece of dataOf(entry)) {
    yield* zeros(piece.offset - position);
    yield piece.bytes;
    position = piece.offset + piece.bytes.length;
  }
  yield* zeros(entry.sizeBytes - position);
}

/** Gives this many zero bytes, in pieces of at most 64 KiB. */
export function* zeros(lengthBytes: number): Generator<Uint8Array> {
  for (let left = lengthBytes; left > 0; left -= pieceBytes) yield new Uint8Array(Math.min(left, pieceBytes));
}

/** Incompressible: the generator's words in the processor's byte order (little-endian on every machine that runs QEMU for us). */
function* randomRun(entry: FileEntry, run: DataRun): Generator<ContentPiece> {
  const prng = openPrng(`${entry.contentSeed}@${String(run.offset)}`);
  for (const { offset, length } of piecesOf(run)) {
    const words = new Uint32Array(Math.ceil(length / 4));
    prng.fill(words);
    yield { offset, bytes: new Uint8Array(words.buffer, 0, length) };
  }
}

/** The length of a line of text, with its line end, bytes; a sector of 512 bytes holds eight whole lines. */
const lineBytes = 64;

/** Digits of the offset at the beginning of a line, in hex. */
const offsetDigits = 12;

const hexDigits = Uint8Array.from('0123456789abcdef', (digit) => digit.charCodeAt(0));

/**
 * Compressible, yet without equal lines: each begins with its offset in the file and the file's number, so that a block that turns up in
 * another place or file is detected.
 */
function* textRun(entry: FileEntry, run: DataRun): Generator<ContentPiece> {
  const page = textPage(entry.contentSeed);
  for (const { offset, length } of piecesOf(run)) {
    // Lines keep their grid at any offset of the run: the page is cut, not shifted.
    const skip = offset % lineBytes;
    const bytes = new Uint8Array(Math.ceil((skip + length) / lineBytes) * lineBytes);
    for (let start = 0; start < bytes.length; start += lineBytes) {
      bytes.set(page, start);
      writeHex(bytes, start, offset - skip + start);
    }
    yield { offset, bytes: bytes.subarray(skip, skip + length) };
  }
}

function writeHex(bytes: Uint8Array, start: number, value: number): void {
  let left = value;
  for (let digit = offsetDigits - 1; digit >= 0; digit -= 1) {
    bytes[start + digit] = hexDigits[left % 16] ?? 0;
    left = Math.floor(left / 16);
  }
}

function textPage(contentSeed: string): Uint8Array {
  const start = hashText(contentSeed);
  const number = [0, 1].map((index) => spreadWord(start, index).toString(16).padStart(8, '0')).join('');
  const line = `${'0'.repeat(offsetDigits)} ${number} raidlab payload, plain text`.padEnd(lineBytes - 1, '.');
  return Uint8Array.from(`${line}\n`, (character) => character.charCodeAt(0));
}

function* piecesOf(run: DataRun): Generator<{ readonly offset: number; readonly length: number }> {
  const end = run.offset + run.lengthBytes;
  for (let offset = run.offset; offset < end; offset += pieceBytes) yield { offset, length: Math.min(pieceBytes, end - offset) };
}
