/** How large and how old the cache may become. */
export interface CacheBound {
  /** Bytes on the disk: entries are sparse. */
  readonly maxBytes: number;
  /** How long an entry may lie unused, milliseconds. */
  readonly maxAgeMs: number;
}

/** Room for the images of three suites and the templates of the whole catalogue on one kernel, 6.5 GiB; a month after its last use nobody waits for one. */
export const defaultCacheBound: CacheBound = { maxBytes: 8 * 1024 ** 3, maxAgeMs: 30 * 24 * 60 * 60 * 1000 };

/** An entry as the choice sees it. */
export interface Evictable {
  readonly name: string;
  readonly allocatedBytes: number;
  /** Milliseconds since the epoch. */
  readonly lastUsedMs: number;
  /** Somebody uses it, or is building it. */
  readonly isHeld: boolean;
}

/** What is to go, and which part of the bound asks for it. */
export interface Eviction<Entry extends Evictable> {
  readonly entry: Entry;
  readonly because: 'age' | 'size';
}

/**
 * Chooses which entries are removed so that the cache is within its bound: first those that nobody has used for too long,
 * then the least recently used ones, no more than needed. What is held stays, and counts; so do `otherBytes`, which are
 * not an entry yet.
 */
export function pickEvictions<Entry extends Evictable>(
  entries: readonly Entry[],
  bound: CacheBound,
  now: { readonly nowMs: number; readonly otherBytes: number },
): readonly Eviction<Entry>[] {
  const evictions: Eviction<Entry>[] = [];
  let leftBytes = entries.reduce((sum, entry) => sum + entry.allocatedBytes, now.otherBytes);
  // By name where times are equal, so that two raidlabs that choose at once choose the same.
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
