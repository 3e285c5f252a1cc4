/** How large and how old the cache may become. */
export interface CacheBound {
  /** Bytes on the disk: entries are sparse. */
  readonly maxBytes: number;
  /** How long an entry may lie unused, milliseconds. */
  readonly maxAgeMs: number;
}

/** Room for the images of three suites and a dozen templates; a month after its last use nobody waits for one. */
export const defaultCacheBound: CacheBound = { maxBytes: 6 * 1024 ** 3, maxAgeMs: 30 * 24 * 60 * 60 * 1000 };
