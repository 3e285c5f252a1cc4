/** One of several parts of a run, each for a machine of its own. */
export interface Shard {
  /** 1-based. */
  readonly number: number;
  /** How many there are. */
  readonly of: number;
}

/** More machines than that do not share one run. */
export const mostShards = 256;

/** Parses `2/5`; undefined when it is no shard. */
export function parseShard(text: string): Shard | undefined {
  const match = /^([1-9]\d{0,2})\/([1-9]\d{0,2})$/u.exec(text);
  const [number, of] = [Number(match?.[1]), Number(match?.[2])];
  return number <= of && of <= mostShards ? { number, of } : undefined;
}

/** Formats a shard as it is typed: `2/5`. */
export function formatShard({ number, of }: Shard): string {
  return `${String(number)}/${String(of)}`;
}

/**
 * Splits jobs by their predicted durations: the longest first, each to the shard that has the least by then, the first of those with as
 * little. Gives the indices of the jobs of each shard, in the order of the jobs. The same durations are split in the same way everywhere.
 */
export function splitJobs(durationsMs: readonly number[], shards: number): readonly (readonly number[])[] {
  const parts = Array.from({ length: shards }, () => ({ jobs: [] as number[], sumMs: 0 }));
  const longestFirst = durationsMs
    .map((durationMs, job) => ({ durationMs, job }))
    .sort((a, b) => b.durationMs - a.durationMs || a.job - b.job);
  for (const { durationMs, job } of longestFirst) {
    const least = parts.reduce((best, part) => (part.sumMs < best.sumMs ? part : best));
    least.jobs.push(job);
    least.sumMs += durationMs;
  }
  return parts.map(({ jobs }) => jobs.sort((a, b) => a - b));
}
