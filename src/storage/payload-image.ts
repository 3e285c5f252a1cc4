import { open } from 'node:fs/promises';
import type { FileHandle } from 'node:fs/promises';
import { createXXHash128 } from 'hash-wasm';
import type { IHasher } from 'hash-wasm';
import { zeros } from '../core/payload/content.ts';
import type { FileEntry, PayloadPlan } from '../core/payload/entry.ts';
import { makeManifest } from '../core/payload/manifest.ts';
import type { Manifest } from '../core/payload/manifest.ts';
import { planPayload } from '../core/payload/plan-payload.ts';
import { tarPieces } from '../core/payload/tar.ts';
import type { TarPiece } from '../core/payload/tar.ts';
import { fileFailure } from '../machine/cache/file-failure.ts';
import type { Context } from '../machine/context.ts';

/** How much is gathered before it is written, bytes; the context is checked between two writes. */
const batchBytes = 4 * 1024 * 1024;

/** A payload as stored on the host. */
export interface Payload {
  /** The archives of all trees, concatenated: GNU tar reads them with `--ignore-zeros`. */
  readonly hostPath: string;
  /** What each tree must contain once it is extracted, by the tree's directory. */
  readonly manifests: ReadonlyMap<string, Manifest>;
}

/** One tree of a payload: its directory, and the bytes of data in its regular files. */
export interface PayloadTree {
  readonly tree: string;
  readonly sizeBytes: number;
}

/**
 * Writes a payload as pax archives, one for each tree, into a host file, replacing it, and gives their manifests: content is made,
 * hashed and written in one pass. The file is a whole number of 10240-byte records, so it serves as a disk. Rejects with
 * `host/disk-full` or `host/not-writable`, or with the context's reason; the file is then incomplete.
 */
export async function writePayloadImage(ctx: Context, hostPath: string, seed: string, trees: readonly PayloadTree[]): Promise<Payload> {
  ctx.signal.throwIfAborted();
  const manifests = new Map<string, Manifest>();
  try {
    await using file = await open(hostPath, 'w', 0o600);
    for (const { tree, sizeBytes } of trees) {
      // Trees of one payload differ completely: a file of one that turns up in another is detected.
      const plan = planPayload({ seed: `${seed} ${tree}`, sizeBytes, directory: tree });
      manifests.set(tree, await writeTree(ctx, plan, file));
    }
  } catch (error) {
    throw fileFailure(error, { hostPath, holds: "the payload's archive", doing: 'writing the payload' });
  }
  return { hostPath, manifests };
}

async function writeTree(ctx: Context, plan: PayloadPlan, file: FileHandle): Promise<Manifest> {
  const hashing = await openContentHashing();
  for (const batch of batchesOf(tarPieces(plan))) {
    ctx.signal.throwIfAborted();
    for (const piece of batch) hashing.take(piece);
    await writeWhole(
      file,
      batch.map((piece) => piece.bytes),
    );
  }
  return makeManifest(plan, hashing.finish(plan));
}

function* batchesOf(pieces: Iterable<TarPiece>): Generator<readonly TarPiece[]> {
  let batch: TarPiece[] = [];
  let size = 0;
  for (const piece of pieces) {
    batch.push(piece);
    size += piece.bytes.length;
    if (size < batchBytes) continue;
    yield batch;
    batch = [];
    size = 0;
  }
  if (batch.length > 0) yield batch;
}

/** A write may be partial, and only its count says so. */
async function writeWhole(file: FileHandle, pieces: readonly Uint8Array[]): Promise<void> {
  const bytes = Buffer.concat(pieces);
  for (let written = 0; written < bytes.length;) written += (await file.write(bytes, written)).bytesWritten;
}

interface ContentHashing {
  /** Takes the next piece of the archive. */
  take(piece: TarPiece): void;
  /** Gives the hash of every regular file by path. */
  finish(plan: PayloadPlan): ReadonlyMap<string, string>;
}

async function openContentHashing(): Promise<ContentHashing> {
  const hasher = await createXXHash128();
  const hashes = new Map<string, string>();
  let running: { readonly entry: FileEntry; readonly position: number } | null = null;
  const close = (): void => {
    if (running !== null) hashes.set(running.entry.path, finishFile(hasher, running.entry, running.position));
    running = null;
  };
  return {
    take: ({ bytes, content }) => {
      if (content === null) {
        close();
        return;
      }
      if (running === null) hasher.init();
      const gap = content.offset - (running?.position ?? 0);
      for (const hole of zeros(gap)) hasher.update(hole);
      hasher.update(bytes);
      running = { entry: content.entry, position: content.offset + bytes.length };
    },
    finish: (plan) => {
      close();
      for (const entry of plan.entries) {
        // No piece came for a file without data: it is empty, or one hole.
        if (entry.kind === 'file' && !hashes.has(entry.path)) hashes.set(entry.path, finishFile(hasher.init(), entry, 0));
      }
      return hashes;
    },
  };
}

/** The archive contains no holes; the file reads as zeros there. */
function finishFile(hasher: IHasher, entry: FileEntry, position: number): string {
  for (const hole of zeros(entry.sizeBytes - position)) hasher.update(hole);
  return hasher.digest('hex');
}
