/**
 * The content-addressed store of what is built once: images, and templates of machines.
 *
 *     hold ─► absent or damaged ─► lock ─► look again ─► build in tmp/…/entry ─► entry.json ─► one rename ─► sound
 *                                   │ another raidlab has it: wait for it, then look again
 */
import { mkdir, readdir, rename, stat, writeFile } from 'node:fs/promises';
import path from 'node:path';
import { performance } from 'node:perf_hooks';
import { setTimeout as delay } from 'node:timers/promises';
import { formatSize } from '../../core/text/size.ts';
import type { Context } from '../context.ts';
import { entryNameOf } from './entry-name.ts';
import type { EntryKey } from './entry-name.ts';
import { entryFormatVersion, formatEntryRecord } from './entry-record.ts';
import type { CacheEntry, EntryFile, EntryRecord, JsonObject } from './entry-record.ts';
import { allocatedBytes } from './entries.ts';
import { fileFailure, hasErrorCode } from './file-failure.ts';
import { hashFile, hashText } from './file-hash.ts';
import { entryFileName, inspectEntry, markUsed, stampEntry } from './inspect-entry.ts';
import { isLocked, tryLock } from './lock.ts';
import type { OpenStore } from './open-store.ts';
import { openOwnedDirectory } from './owned-directory.ts';
import type { OwnedDirectory } from './owned-directory.ts';
import { pruneCache } from './prune-cache.ts';
import { buryEntry } from './remove-entry.ts';
import type { CacheStore } from './store.ts';

/** Where an entry is built. */
export interface EntryWorkshop {
  /** The content of the entry: plain files only. */
  readonly entryHostPath: string;
  /** For intermediate files; removed afterwards. */
  readonly work: OwnedDirectory;
}

/** What the builder knows about its result. */
export interface BuiltEntry {
  readonly description: string;
  readonly packages: Readonly<Record<string, string>>;
  /** Stored in the record, and returned whenever the entry is used. */
  readonly facts?: JsonObject;
}

/** Builds the content of an entry. */
export type EntryBuilder = (ctx: Context, workshop: EntryWorkshop) => Promise<BuiltEntry>;

const gibibyte = 1024 ** 3;
const waitStepMs = 200;
const waitRemarkMs = 2000;

/**
 * Gives the entry, after building it if it is missing or damaged. It stays until the store is disposed. If several processes want it, one
 * builds and the others wait. A failed or interrupted build leaves nothing. Rejects as the builder does, and with `host/not-writable` or
 * `host/disk-full`.
 */
export async function ensureEntry(ctx: Context, store: OpenStore, key: EntryKey, build: EntryBuilder): Promise<CacheEntry> {
  const name = entryNameOf(key);
  await store.hold(name);
  const { record, cached } = await findOrBuild(ctx, store, key, build);
  await markUsed(store, store.heldNames());
  if (!cached) await pruneAfterBuild(ctx, store);
  const hostPath = path.join(store.rootHostPath, name);
  ctx.emit({ type: 'image-ready', kind: key.kind, artefact: key.artefact, hostPath, cached, description: record.description });
  return { hostPath, record, cached, contentDigest: await hashText(JSON.stringify(record.files)) };
}

/** Makes room after each build, because a run may build many; tells the person when everything left is in use. */
async function pruneAfterBuild(ctx: Context, store: OpenStore): Promise<void> {
  const { leftBytes } = await pruneCache(ctx, store, store);
  if (leftBytes <= store.maxBytes) return;
  const enough = formatSize(Math.ceil(leftBytes / gibibyte) * gibibyte).replace(' ', '');
  const text = `The cache takes ${formatSize(leftBytes)}, over its limit of ${formatSize(store.maxBytes)}, and all of it is in use. Raise the limit with RAIDLAB_CACHE_SIZE=${enough}, or what this run built is removed at its end and built again next time.`;
  ctx.emit({ type: 'remark-made', text });
}

async function findOrBuild(
  ctx: Context,
  store: CacheStore,
  key: EntryKey,
  build: EntryBuilder,
): Promise<{ readonly record: EntryRecord; readonly cached: boolean }> {
  const name = entryNameOf(key);
  // Whoever has the lock may be about to remove the entry: see holds.ts.
  const before = (await isLocked(store, name)) ? undefined : await inspectEntry(ctx, store, name);
  if (before?.state === 'sound') return { record: before.record, cached: true };
  for (;;) {
    const taken = await tryLock(store, name);
    if (!('lock' in taken)) {
      await waitForOther(ctx, store, key, taken.pid);
      continue;
    }
    await using lock = taken.lock;
    const now = await inspectEntry(ctx, store, lock.name);
    if (now.state === 'sound') return { record: now.record, cached: true };
    if (now.state === 'damaged') {
      ctx.emit({ type: 'cache-entry-rejected', artefact: key.artefact, why: now.why });
      await buryEntry(ctx, store, name);
    }
    const why = now.state === 'damaged' ? 'the cached one is damaged' : 'it is not in the cache yet';
    ctx.emit({ type: 'image-build-started', artefact: key.artefact, why });
    return { record: await buildEntry(ctx, store, key, build), cached: false };
  }
}

async function buildEntry(ctx: Context, store: CacheStore, key: EntryKey, build: EntryBuilder): Promise<EntryRecord> {
  const startedMs = performance.now();
  const name = entryNameOf(key);
  await using work = await openOwnedDirectory(ctx, store, 'tmp', name);
  const entryHostPath = path.join(work.hostPath, 'entry');
  try {
    await mkdir(entryHostPath, { mode: 0o755 });
    const built = await build(ctx, { entryHostPath, work });
    const files = await measureFiles(ctx, entryHostPath);
    const durationMs = Math.round(performance.now() - startedMs);
    const { kind, digest, artefact } = key;
    const madeAt = new Date().toISOString();
    const record: EntryRecord = { format: entryFormatVersion, kind, digest, artefact, ...built, madeAt, durationMs, files };
    await writeFile(path.join(entryHostPath, entryFileName), formatEntryRecord(record));
    ctx.signal.throwIfAborted();
    await installEntry(ctx, store, name, entryHostPath);
    await stampEntry(store, name);
    ctx.emit({ type: 'image-built', artefact, sizeBytes: await allocatedBytes(path.join(store.rootHostPath, name)), durationMs });
    return record;
  } catch (error) {
    throw fileFailure(error, { hostPath: store.rootHostPath, holds: 'the cache', doing: `building the ${key.artefact}` });
  }
}

async function installEntry(ctx: Context, store: CacheStore, name: string, entryHostPath: string): Promise<void> {
  const hostPath = path.join(store.rootHostPath, name);
  try {
    await rename(entryHostPath, hostPath);
  } catch (error) {
    // Another builder that could not see our lock was first. Its entry is as good as ours, if complete.
    if (!hasErrorCode(error, 'ENOTEMPTY', 'EEXIST')) throw error;
    if ((await inspectEntry(ctx, store, name)).state === 'sound') return;
    await buryEntry(ctx, store, name);
    await rename(entryHostPath, hostPath);
  }
}

async function measureFiles(ctx: Context, entryHostPath: string): Promise<readonly EntryFile[]> {
  const files: EntryFile[] = [];
  for (const name of (await readdir(entryHostPath)).sort()) {
    const hostPath = path.join(entryHostPath, name);
    files.push({ name, sizeBytes: (await stat(hostPath)).size, xxh128: await hashFile(ctx, hostPath) });
  }
  return files;
}

async function waitForOther(ctx: Context, store: CacheStore, key: EntryKey, pid: number | undefined): Promise<void> {
  const name = entryNameOf(key);
  // Removing it takes only a moment, which is not worth reporting.
  let remarkedMs = performance.now() + waitStepMs - waitRemarkMs;
  for (let builder = pid; ;) {
    if (performance.now() - remarkedMs >= waitRemarkMs) {
      remarkedMs = performance.now();
      const who = builder === process.pid ? 'another drill of this run' : `another raidlab (process ${String(builder ?? 'unknown')})`;
      const detail = `${who} is building it`;
      ctx.emit({ type: 'progress-made', what: `waiting for the ${key.artefact}`, fraction: null, detail });
    }
    await delay(waitStepMs, undefined, { signal: ctx.signal }).catch(() => undefined);
    ctx.signal.throwIfAborted();
    const taken = await tryLock(store, name);
    if ('lock' in taken) {
      await taken.lock[Symbol.asyncDispose]();
      return;
    }
    builder = taken.pid;
  }
}
