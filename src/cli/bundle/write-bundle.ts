import { closeSync, constants, fstatSync, openSync, readdirSync, readSync } from 'node:fs';
import { join } from 'node:path';
import { gzipSync } from 'node:zlib';
import { bundleBounds, bundleVersion, placeInBundle } from '../../core/bundle/bundle-format.ts';
import type { BundleHead } from '../../core/bundle/bundle-format.ts';
import { fitsInTar, tarEnd, tarHead, tarPadding } from '../../core/bundle/tar.ts';
import { addToResult, emptyResult } from '../../report/drill/result.ts';
import type { RunResult } from '../../report/drill/result.ts';
import { harmlessJson } from '../../core/text/harmless-text.ts';
import { hidePlaces } from '../../core/bundle/hide-places.ts';
import type { RecordedEvent } from '../../core/event.ts';
import type { Presenter } from '../run/presenter.ts';
import { hostOfBundle } from './host-of-bundle.ts';

/** As much as is compressed at a time, bytes: a gzip file may have many parts, and our memory stays small. */
const pieceBytes = 4 * 1024 ** 2;

/** What of this host must not leave it. */
interface BundleOptions {
  /** The person's home, whose name is theirs. */
  readonly homeHostPath: string;
}

/** Takes a bundle, piece by piece. */
export interface BundleSink {
  readonly write: (bytes: Uint8Array) => void;
  /** There is no more. Throws what was lost. */
  readonly end: () => void;
}

/** Keeps a run as a bundle, once all of it is in its folder. */
export function presentAsBundle(sink: BundleSink, options: BundleOptions): Presenter {
  let result: RunResult = emptyResult;
  let runHostPath: string | null = null;
  let shard: BundleHead['shard'] = null;
  return {
    event: (event) => {
      result = addToHead(result, event);
      if (event.type === 'run-started') runHostPath = event.directory;
      if (event.type === 'run-planned' && event.shard !== undefined) shard = { number: event.shard.number, of: event.shard.of };
    },
    finish: () => undefined,
    end: () => {
      if (runHostPath !== null) {
        for (const batch of inBatches(bundlePieces(runHostPath, { result, shard }, options))) sink.write(gzipSync(batch));
      }
      sink.end();
    },
  };
}

/** What the head tells needs no more than these: a result of all events would be kept twice. */
function addToHead(result: RunResult, event: RecordedEvent): RunResult {
  return event.type === 'run-started' || event.type === 'run-planned' || event.type === 'accelerator-chosen'
    ? addToResult(result, event)
    : result;
}

interface BundledRun {
  readonly result: RunResult;
  readonly shard: BundleHead['shard'];
}

function* bundlePieces(runHostPath: string, { result, shard }: BundledRun, options: BundleOptions): Generator<Uint8Array> {
  const files = listFiles(runHostPath, result);
  const kept = fitting(files);
  const head: BundleHead = {
    v: bundleVersion,
    raidlab: result.versions.raidlab,
    node: result.versions.node,
    run: result.run,
    shard,
    host: hostOfBundle(),
    accelerator: result.accelerator,
    filesLeftOut: files.length - kept.length,
  };
  const headText = Buffer.from(`${harmlessJson(head, 2)}\n`);
  yield* filePieces('bundle.json', headText.length, [headText]);
  for (const { name, hostPath } of kept) {
    // Read twice: a head says how large its file is, and to hide a place changes that.
    let sizeBytes = 0;
    for (const piece of readPieces(hostPath, options)) sizeBytes += piece.length;
    yield* filePieces(name, sizeBytes, readPieces(hostPath, options));
  }
  yield tarEnd;
}

function* filePieces(name: string, sizeBytes: number, pieces: Iterable<Uint8Array>): Generator<Uint8Array> {
  yield tarHead(name, sizeBytes, Math.floor(Date.now() / 1000));
  yield* pieces;
  yield tarPadding(sizeBytes);
}

/** Small files together compress better than each alone. */
function* inBatches(pieces: Iterable<Uint8Array>): Generator<Uint8Array> {
  let batch: Uint8Array[] = [];
  let length = 0;
  for (const piece of pieces) {
    batch.push(piece);
    length += piece.length;
    if (length < pieceBytes) continue;
    yield Buffer.concat(batch);
    batch = [];
    length = 0;
  }
  yield Buffer.concat(batch);
}

interface RunFile {
  readonly name: string;
  readonly hostPath: string;
  readonly sizeBytes: number;
}

/** Lists what belongs into a bundle: events, result, then the evidence of each drill in their order. */
function listFiles(runHostPath: string, { drills }: RunResult): readonly RunFile[] {
  const evidence = drills.flatMap(({ job }) => namesBelow(join(runHostPath, job)).map((name) => `${job}/${name}`));
  return ['events.ndjson', 'result.json', ...evidence].flatMap((name) => {
    const hostPath = join(runHostPath, name);
    const sizeBytes = sizeOf(hostPath);
    return sizeBytes === undefined ? [] : [{ name, hostPath, sizeBytes }];
  });
}

function namesBelow(hostPath: string): readonly string[] {
  try {
    return readdirSync(hostPath, { recursive: true, encoding: 'utf8' }).sort();
  } catch {
    // A drill that was never begun has no folder.
    return [];
  }
}

/** What is more than a bundle may hold is left out, beginning with the largest: it is a flood's. */
function fitting(files: readonly RunFile[]): readonly RunFile[] {
  const named = files.filter(({ name }) => placeInBundle(name) !== undefined && fitsInTar(name));
  const kept = new Set(named);
  let sum = named.reduce((total, { sizeBytes }) => total + sizeBytes + 1024, bundleBounds.mostHeadBytes);
  for (const file of named.toSorted((a, b) => b.sizeBytes - a.sizeBytes)) {
    if (sum <= bundleBounds.mostBytes && kept.size < bundleBounds.mostFiles) break;
    if (file.name === 'events.ndjson') continue;
    kept.delete(file);
    sum -= file.sizeBytes + 1024;
  }
  return named.filter((file) => kept.has(file));
}

function sizeOf(hostPath: string): number | undefined {
  const descriptor = openRegular(hostPath);
  if (descriptor === undefined) return undefined;
  try {
    return fstatSync(descriptor).size;
  } finally {
    closeSync(descriptor);
  }
}

/** Gives a file in pieces of whole lines, in which nothing is said of the person's home. */
function* readPieces(hostPath: string, { homeHostPath }: BundleOptions): Generator<Uint8Array> {
  const descriptor = openRegular(hostPath);
  if (descriptor === undefined) return;
  try {
    const buffer = Buffer.alloc(pieceBytes);
    let rest = '';
    for (;;) {
      const count = readSync(descriptor, buffer, 0, buffer.length, null);
      // One byte is one character: whatever is in the file stays as it is.
      const text = rest + buffer.toString('latin1', 0, count);
      const end = count === 0 ? text.length : text.lastIndexOf('\n') + 1 || text.length;
      if (end > 0) yield Buffer.from(hidePlaces(text.slice(0, end), homeHostPath), 'latin1');
      if (count === 0) return;
      rest = text.slice(end);
    }
  } finally {
    closeSync(descriptor);
  }
}

/** Undefined for what is no regular file: nothing outside of the run gets into its bundle by a link. */
function openRegular(hostPath: string): number | undefined {
  let descriptor: number;
  try {
    descriptor = openSync(hostPath, constants.O_RDONLY | constants.O_NOFOLLOW | constants.O_NONBLOCK);
  } catch {
    return undefined;
  }
  if (fstatSync(descriptor).isFile()) return descriptor;
  closeSync(descriptor);
  return undefined;
}
