import { stat } from 'node:fs/promises';
import path from 'node:path';
import { formatAge } from '../../core/text/age.ts';
import { formatSize } from '../../core/text/size.ts';
import type { Context } from '../context.ts';
import { allocatedBytes, listEntries } from './entries.ts';
import type { ListedEntry } from './entries.ts';
import { findHolds } from './holds.ts';
import { namesIn } from './names-in.ts';
import { pickEvictions } from './pick-evictions.ts';
import type { CacheBound } from './pick-evictions.ts';
import { removeEntry } from './remove-entry.ts';
import { areaHostPath } from './store.ts';
import type { CacheStore } from './store.ts';

/** The result of pruning. */
export interface Pruning {
  readonly evicted: readonly ListedEntry[];
  /** Bytes freed on disk. */
  readonly freedBytes: number;
  /** Current size of the cache; above the bound only if the rest is held or being built. */
  readonly leftBytes: number;
}

/**
 * Removes entries that nobody holds until the cache is within a bound, least recently used first. Emits `cache-entry-evicted` for each.
 * Entries being built count and stay. Rejects with `host/not-writable`.
 */
export async function pruneCache(ctx: Context, store: CacheStore, bound: CacheBound): Promise<Pruning> {
  const held = new Set((await findHolds(store)).map((hold) => hold.name));
  const entries = (await listEntries(ctx, store)).map((entry) => ({ ...entry, isHeld: held.has(entry.name) }));
  const otherBytes = await halfBuiltBytes(store);
  const evicted: ListedEntry[] = [];
  for (const { entry, because } of pickEvictions(entries, bound, { nowMs: Date.now(), otherBytes })) {
    // Held or locked meanwhile: it is in use, and its space cannot be freed.
    if ((await removeEntry(ctx, store, entry.name)).state !== 'removed') continue;
    evicted.push(entry);
    const why =
      because === 'age'
        ? `not used for ${formatAge(bound.maxAgeMs)}`
        : `the cache is over its limit of ${formatSize(bound.maxBytes)} (RAIDLAB_CACHE_SIZE raises it)`;
    ctx.emit({ type: 'cache-entry-evicted', artefact: entry.record?.artefact ?? entry.name, sizeBytes: entry.allocatedBytes, why });
  }
  const freedBytes = sumOf(evicted);
  return { evicted, freedBytes, leftBytes: sumOf(entries) + otherBytes - freedBytes };
}

/** Gives the size of entries that are being built, in tmp/NAME/entry. */
async function halfBuiltBytes(store: CacheStore): Promise<number> {
  let sum = 0;
  for (const name of await namesIn(areaHostPath(store, 'tmp'))) {
    const entryHostPath = path.join(areaHostPath(store, 'tmp'), name, 'entry');
    if ((await stat(entryHostPath).catch(() => undefined))?.isDirectory() === true) sum += await allocatedBytes(entryHostPath);
  }
  return sum;
}

function sumOf(entries: readonly ListedEntry[]): number {
  return entries.reduce((sum, entry) => sum + entry.allocatedBytes, 0);
}
