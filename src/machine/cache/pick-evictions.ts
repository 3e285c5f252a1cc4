/** The maximal size and age of the cache. */
export interface CacheBound {
  /** Bytes on the disk: entries are sparse. */
  readonly maxBytes: number;
  /** How long an entry may be unused, milliseconds. */
  readonly maxAgeMs: number;
}

/** Enough for the images of three suites and all templates of the catalogue on one kernel, 6.5 GiB; nobody waits for an entry unused for a month. */
export const defaultCacheBound: CacheBound = { maxBytes: 8 * 1024 ** 3, maxAgeMs: 30 * 24 * 60 * 60 * 1000 };

/** What the choice knows of an entry. */
export interface Evictable {
  readonly name: string;
  readonly allocatedBytes: number;
  /** Milliseconds since the epoch. */
  readonly lastUsedMs: number;
  /** Whether somebody uses it, or is building it. */
  readonly isHeld: boolean;
}

/** What is removed, and which part of the bound requires it. */
export interface Eviction<Entry extends Evictable> {
  readonly entry: Entry;
  readonly because: 'age' | 'size';
}

/**
 * Chooses the entries to remove so that the cache is within its bound: first those unused for too long, then the least recently used
 * ones, no more than needed. Held entries stay but count; so do `otherBytes`, which are not an entry yet.
 */
export function pickEvictions<Entry extends Evictable>(
  entries: readonly Entry[],
  bound: CacheBound,
  now: { readonly nowMs: number; readonly otherBytes: number },
): readonly Eviction<Entry>[] {
  const evictions: Eviction<Entry>[] = [];
  let leftBytes = entries.reduce((sum, entry) => sum + entry.allocatedBytes, now.otherBytes);
  // By name if times are equal, so that two raidlabs choose the same.
  const oldestFirst = entries
    .filter((entry) => !entry.isHeld)
    .sort((one, other) => one.lastUsedMs - other.lastUsedMs || (one.name < other.name ? -1 : 1));
  for (const entry of oldestFirst) {
    const isOld = now.nowMs - entry.lastUsedMs > bound.maxAgeMs;
    if (!isOld && leftBytes <= bound.maxBytes) continue;
    evictions.push({ entry, because: isOld ? 'age' : 'size' });
    leftBytes -= entry.allocatedBytes;
  }
  return evictions;
}
