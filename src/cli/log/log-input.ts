/**
 * Reads a log line by line, in any packing, without keeping it.
 *
 *     file or standard input ──► its first bytes say what it is ─┬─ text ────────────────────────────┐
 *                                                                ├─ gzip, zstd ──► Node's zlib ──────┼──► lines
 *                                                                ├─ xz, bzip2, lz4 ──► that program ─┘
 *                                                                └─ no text: said so
 */
import { Readable, Writable } from 'node:stream';
import { pipeline } from 'node:stream/promises';
import { createGunzip, createZstdDecompress } from 'node:zlib';
import { RaidlabError } from '../../core/failure/failure.ts';
import type { Context } from '../../machine/context.ts';
import { runHostCommand } from '../../machine/process/host-process.ts';
import { openLineSplitter } from './line-splitter.ts';

/** How reading a log ended. */
export interface LogEnd {
  /** How it was packed; null for plain text. */
  readonly packing: string | null;
  /** Why it could not be read to its end, as a sentence; null when it could. */
  readonly problem: string | null;
}

interface Packing {
  readonly name: string;
  /** The first bytes of a packed log. */
  readonly magic: readonly number[];
}

const zlibPackings: readonly (Packing & { readonly open: () => NodeJS.ReadWriteStream })[] = [
  { name: 'gzip', magic: [0x1f, 0x8b], open: createGunzip },
  { name: 'zstd', magic: [0x28, 0xb5, 0x2f, 0xfd], open: createZstdDecompress },
];

const programPackings: readonly (Packing & { readonly argv: readonly [string, ...string[]] })[] = [
  { name: 'xz', magic: [0xfd, 0x37, 0x7a, 0x58, 0x5a, 0x00], argv: ['xz', '--decompress', '--stdout'] },
  { name: 'bzip2', magic: [0x42, 0x5a, 0x68], argv: ['bzip2', '--decompress', '--stdout'] },
  { name: 'lz4', magic: [0x04, 0x22, 0x4d, 0x18], argv: ['lz4', '-d', '-c'] },
];

const foreign: readonly (Packing & { readonly remedy: string })[] = [
  { name: 'a journal’s own file', magic: [...Buffer.from('LPKSHHRH')], remedy: 'give what `journalctl -k --file FILE` prints of it' },
  { name: 'a zip archive', magic: [0x50, 0x4b, 0x03, 0x04], remedy: 'unpack it, and give the log in it' },
  { name: 'a memory dump', magic: [...Buffer.from('KDUMP   ')], remedy: 'give what `vmcore-dmesg` or crash’s `log` prints of it' },
  { name: 'a program or a memory dump', magic: [0x7f, 0x45, 0x4c, 0x46], remedy: 'give what `vmcore-dmesg` or crash’s `log` prints of it' },
  { name: 'a PDF document', magic: [...Buffer.from('%PDF')], remedy: 'give its text' },
  { name: 'a picture', magic: [0x89, 0x50, 0x4e, 0x47], remedy: 'give the text in it' },
  { name: 'a picture', magic: [0xff, 0xd8, 0xff], remedy: 'give the text in it' },
];

/** Reads a log, calls back for each line, and says how that ended. Rejects when the log cannot be opened, or the context ends. */
export async function readLogLines(ctx: Context, source: Readable, onLine: (line: string) => void): Promise<LogEnd> {
  const bytes = source[Symbol.asyncIterator]() as AsyncIterator<Buffer>;
  const { head, isOver } = await takeHead(bytes);
  const whole = Readable.from(chain(head, isOver ? null : bytes), { objectMode: false });
  const begins = ({ magic }: Packing): boolean => magic.every((byte, index) => head[index] === byte);
  const alien = foreign.find(begins);
  if (alien !== undefined) {
    source.destroy();
    return { packing: null, problem: `It is ${alien.name}: ${alien.remedy}.` };
  }
  const program = programPackings.find(begins);
  if (program !== undefined) return await unpackByProgram(ctx, program, whole, onLine);
  const packed = zlibPackings.find(begins);
  const splitter = openLineSplitter(onLine);
  const take = new Writable({
    write: (chunk: Buffer, _encoding, done) => {
      splitter.take(chunk);
      done();
    },
  });
  try {
    if (packed === undefined) await pipeline(whole, take, { signal: ctx.signal });
    else await pipeline(whole, packed.open(), take, { signal: ctx.signal });
    return { packing: packed?.name ?? null, problem: null };
  } catch (error) {
    ctx.signal.throwIfAborted();
    // Whatever could be unpacked has been read: a truncated copy still has its beginning.
    if (packed === undefined) throw error;
    return { packing: packed.name, problem: `It is packed by ${packed.name}, and could not be unpacked to its end: ${saidBy(error)}.` };
  } finally {
    splitter.end();
  }
}

async function unpackByProgram(
  ctx: Context,
  packing: (typeof programPackings)[number],
  packed: Readable,
  onLine: (line: string) => void,
): Promise<LogEnd> {
  const { name, argv } = packing;
  try {
    await runHostCommand(ctx, argv, {
      purpose: 'unpack the log',
      input: packed,
      keepsOutput: false,
      onLine: (line, stream) => {
        if (stream === 'stdout') onLine(line);
      },
    });
    return { packing: name, problem: null };
  } catch (error) {
    ctx.signal.throwIfAborted();
    if (!(error instanceof RaidlabError)) throw error;
    const { failure } = error;
    if (failure.reason === 'program-missing') {
      const problem = `It is packed by ${name}, and there is no program \`${failure.program}\` here: unpack it, and give what comes out.`;
      return { packing: name, problem };
    }
    const said = failure.reason === 'command-failed' ? failure.said.trim() : error.message;
    return { packing: name, problem: `It is packed by ${name}, and could not be unpacked to its end: ${said}.` };
  } finally {
    packed.destroy();
  }
}

const headBytes = 8;

async function takeHead(bytes: AsyncIterator<Buffer>): Promise<{ readonly head: Buffer; readonly isOver: boolean }> {
  let head = Buffer.alloc(0);
  while (head.length < headBytes) {
    const next = await bytes.next();
    if (next.done === true) return { head, isOver: true };
    head = Buffer.concat([head, next.value]);
  }
  return { head, isOver: false };
}

async function* chain(head: Buffer, rest: AsyncIterator<Buffer> | null): AsyncGenerator<Buffer> {
  if (head.length > 0) yield head;
  if (rest === null) return;
  yield* { [Symbol.asyncIterator]: () => rest };
}

function saidBy(error: unknown): string {
  return error instanceof Error ? error.message : String(error);
}
