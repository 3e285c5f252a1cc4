import { closeSync, constants, mkdirSync, openSync, writeSync } from 'node:fs';
import { open } from 'node:fs/promises';
import type { FileHandle } from 'node:fs/promises';
import { dirname, join } from 'node:path';
import { StringDecoder } from 'node:string_decoder';
import { pipeline } from 'node:stream/promises';
import { createGunzip } from 'node:zlib';
import { bundleBounds, placeInBundle, readBundleHead } from '../../core/bundle/bundle-format.ts';
import type { BundleHead, BundlePlace } from '../../core/bundle/bundle-format.ts';
import { readEvent } from '../../core/bundle/event-shape.ts';
import { followRun } from '../../core/bundle/follow-run.ts';
import type { RunFrame } from '../../core/bundle/follow-run.ts';
import type { MergeSource } from '../../core/bundle/merge-events.ts';
import { BadBundle, openTarReader } from '../../core/bundle/tar.ts';
import type { TarVisitor } from '../../core/bundle/tar.ts';
import { RaidlabError } from '../../core/failure/failure.ts';
import { formatSize } from '../../core/text/size.ts';
import { BadJson } from '../../core/parsing/json-shape.ts';
import { fileFailure } from '../../machine/cache/file-failure.ts';
import { readRecordedEvents } from '../run/recorded-events.ts';

/** The longest event that is taken, characters. */
const mostLineChars = 4 * 1024 * 1024;

/** A bundle that was read and found good, with its files in a directory of ours. */
export interface UnpackedBundle extends MergeSource {
  readonly head: BundleHead;
  /** The evidence, as `job/machine/file` below {@link UnpackedBundle.evidenceHostPath}. */
  readonly evidence: readonly string[];
  readonly evidenceHostPath: string;
}

/**
 * Reads a bundle, which may come from anybody, into an empty directory: whole, within bounds, each event checked. Rejects with
 * `usage/bad-bundle`, `host/disk-full`, `host/not-writable`, or the signal's reason.
 */
export async function unpackBundle(signal: AbortSignal, typed: string, hostPath: string, intoHostPath: string): Promise<UnpackedBundle> {
  const unpacking = openUnpacking(intoHostPath);
  try {
    await readInto(hostPath, unpacking, signal);
    return { file: typed, ...unpacking.finish() };
  } catch (error) {
    signal.throwIfAborted();
    const why = whyBad(error);
    if (why === undefined) throw fileFailure(error, { hostPath: intoHostPath, holds: 'temporary files', doing: `reading ${typed}` });
    throw new RaidlabError({ area: 'usage', reason: 'bad-bundle', file: typed, why }, { cause: error });
  } finally {
    unpacking.close();
  }
}

function whyBad(error: unknown): string | undefined {
  if (error instanceof BadBundle || error instanceof BadJson) return error.message;
  const { code } = error as NodeJS.ErrnoException;
  if (code === 'Z_BUF_ERROR') return 'it ends before its end: it was cut off';
  if (code?.startsWith('Z_') === true) return 'it is not compressed by gzip, or it is damaged';
  return undefined;
}

async function readInto(hostPath: string, { visitor }: Unpacking, signal: AbortSignal): Promise<void> {
  // Without a writer, the opening of a FIFO would otherwise block, deaf to any signal.
  const file = await open(hostPath, constants.O_RDONLY | constants.O_NONBLOCK | constants.O_NOCTTY).catch((error: unknown) => {
    const { code, message } = error as NodeJS.ErrnoException;
    throw new BadBundle(code === 'ENOENT' ? 'there is no such file' : message, { cause: error });
  });
  try {
    await readArchive(file, visitor, signal);
  } finally {
    await file.close();
  }
}

async function readArchive(file: FileHandle, visitor: TarVisitor, signal: AbortSignal): Promise<void> {
  const status = await file.stat();
  if (!status.isFile()) throw new BadBundle('it is not a regular file');
  if (status.size > bundleBounds.mostCompressedBytes)
    throw new BadBundle(`it has more than ${formatSize(bundleBounds.mostCompressedBytes)}`);
  const reader = openTarReader(visitor);
  let taken = 0;
  const source = file.createReadStream({ autoClose: false, end: bundleBounds.mostCompressedBytes });
  await pipeline(
    source,
    createGunzip(),
    async (chunks: AsyncIterable<Buffer>) => {
      for await (const chunk of chunks) {
        taken += chunk.length;
        if (taken > bundleBounds.mostBytes) throw new BadBundle(`there is more than ${formatSize(bundleBounds.mostBytes)} in it`);
        reader.take(chunk);
      }
    },
    { signal },
  );
  reader.finish();
}

interface Unpacking {
  readonly visitor: TarVisitor;
  readonly finish: () => Omit<UnpackedBundle, 'file'>;
  readonly close: () => void;
}

/** Takes in the content of a file, or what it is made of. */
interface Taker {
  readonly take: (bytes: Uint8Array) => void;
  readonly end: () => void;
}

function openUnpacking(intoHostPath: string): Unpacking {
  const content = openContent(intoHostPath);
  const seen = new Set<string>();
  let taker: Taker | undefined;
  return {
    visitor: {
      begin: (name) => {
        const place = placeInBundle(name);
        if (place === undefined) throw new BadBundle(`${JSON.stringify(name)} is in it, which no bundle has`);
        if (seen.has(name)) throw new BadBundle(`${name} is in it twice`);
        if (seen.size === 0 && place.is !== 'head') throw new BadBundle('it does not begin with bundle.json');
        seen.add(name);
        if (seen.size > bundleBounds.mostFiles) throw new BadBundle(`more than ${String(bundleBounds.mostFiles)} files are in it`);
        taker = content.takerOf(place, name);
      },
      content: (bytes) => {
        taker?.take(bytes);
      },
      end: () => {
        taker?.end();
        taker = undefined;
      },
    },
    finish: content.finish,
    close: content.close,
  };
}

/** What a bundle holds, as its files come in. */
function openContent(intoHostPath: string) {
  const eventsHostPath = join(intoHostPath, 'events.ndjson');
  const evidenceHostPath = join(intoHostPath, 'evidence');
  const run = followRun();
  const evidence: string[] = [];
  let head: BundleHead | undefined;
  let frame: RunFrame | undefined;
  let file: Taker | undefined;
  const takeEvents = (): Taker => {
    const kept = (file = openFile(eventsHostPath));
    const lines = takeLines((line) => {
      run.take(readEvent(JSON.parse(line)));
    });
    return {
      take: (bytes) => {
        lines.take(bytes);
        kept.take(bytes);
      },
      end: () => {
        lines.end();
        kept.end();
        frame = run.finish();
      },
    };
  };
  return {
    takerOf: (place: BundlePlace, name: string): Taker => {
      switch (place.is) {
        case 'head':
          return takeText(bundleBounds.mostHeadBytes, (text) => (head = readBundleHead(text)));
        case 'result':
          return { take: () => undefined, end: () => undefined };
        case 'events':
          return takeEvents();
        case 'evidence':
          evidence.push(name);
          return (file = openFile(join(evidenceHostPath, name)));
      }
    },
    finish: () => {
      if (head === undefined || frame === undefined) throw new BadBundle('it has no events in it');
      checkHead(head, frame);
      const jobs = new Set(frame.planned.jobs.map(({ job }) => job));
      const stranger = evidence.find((name) => !jobs.has(name.split('/')[0] ?? ''));
      if (stranger !== undefined) throw new BadBundle(`it has ${stranger}, of a drill that its run had not planned`);
      // All of them were looked at as they came in.
      const events = () => readRecordedEvents(eventsHostPath, Number.POSITIVE_INFINITY);
      return { head, frame, events, evidence, evidenceHostPath };
    },
    close: () => {
      file?.end();
    },
  };
}

function checkHead({ raidlab, run, shard }: BundleHead, { started, planned }: RunFrame): void {
  const [ours, theirs] = [
    JSON.stringify(shard),
    JSON.stringify(planned.shard ? { number: planned.shard.number, of: planned.shard.of } : null),
  ];
  if (run === started.run && raidlab === started.raidlabVersion && ours === theirs) return;
  throw new BadBundle('its bundle.json is that of another run than its events');
}

/** Opens a file that is not there yet, with its directories; its end may come twice. */
function openFile(hostPath: string): Taker {
  mkdirSync(dirname(hostPath), { recursive: true, mode: 0o700 });
  let descriptor: number | undefined = openSync(hostPath, 'wx', 0o600);
  return {
    take: (bytes) => {
      for (let written = 0; descriptor !== undefined && written < bytes.length;) written += writeSync(descriptor, bytes, written);
    },
    end: () => {
      if (descriptor !== undefined) closeSync(descriptor);
      descriptor = undefined;
    },
  };
}

function takeText(mostBytes: number, read: (text: string) => void): Taker {
  const pieces: Buffer[] = [];
  let length = 0;
  return {
    take: (bytes) => {
      length += bytes.length;
      if (length > mostBytes) throw new BadBundle('its bundle.json is too large');
      pieces.push(Buffer.from(bytes));
    },
    end: () => {
      read(Buffer.concat(pieces).toString('utf8'));
    },
  };
}

function takeLines(read: (line: string) => void): Taker {
  const decoder = new StringDecoder('utf8');
  let rest = '';
  let number = 0;
  const next = (line: string): void => {
    number += 1;
    try {
      read(line);
    } catch (error) {
      if (error instanceof SyntaxError || error instanceof BadJson)
        throw new BadBundle(`line ${String(number)} of its events.ndjson is no event: ${error.message}`, { cause: error });
      throw error;
    }
  };
  return {
    take: (bytes) => {
      const lines = (rest + decoder.write(Buffer.from(bytes))).split('\n');
      rest = lines.pop() ?? '';
      if (rest.length > mostLineChars) throw new BadBundle(`line ${String(number + 1)} of its events.ndjson is too long`);
      for (const line of lines) next(line);
    },
    end: () => {
      if (rest !== '') throw new BadBundle('its events.ndjson ends within a line');
    },
  };
}
