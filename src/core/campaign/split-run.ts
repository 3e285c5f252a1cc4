import type { PlannedJob, PlannedShard } from '../event.ts';
import { predictDuration } from './predict-duration.ts';
import { splitJobs } from './shard.ts';
import type { Shard } from './shard.ts';

/** A run of which one part runs here. */
export interface SplitRun {
  readonly shard: PlannedShard;
  /** The places of the jobs of each shard in the whole run. */
  readonly parts: readonly (readonly number[])[];
  /** Those of the shard that runs here. */
  readonly here: readonly number[];
}

/** Splits a run by the known durations of its drills. */
export function splitRun(wholeRun: readonly PlannedJob[], { number, of }: Shard): SplitRun {
  const parts = splitJobs(wholeRun.map(predictDuration), of);
  return { shard: { number, of, wholeRun }, parts, here: parts[number - 1] ?? [] };
}

/** How a run is split, for people and programs. */
export interface ShardsListing {
  /** The one that was asked for, 1-based. */
  readonly shard: number;
  readonly shards: readonly {
    /** 1-based. */
    readonly number: number;
    /** The labels of its drills, in the order in which they run. */
    readonly jobs: readonly string[];
    /** How long they take one after the other, as predicted from what was measured on the machine that this project uses, milliseconds. */
    readonly predictedMs: number;
  }[];
}

/** Lists the parts of a run. */
export function shardsOf({ shard, parts }: SplitRun): ShardsListing {
  return {
    shard: shard.number,
    shards: parts.map((indices, index) => {
      const jobs = indices.flatMap((each) => shard.wholeRun[each] ?? []);
      return { number: index + 1, jobs: jobs.map(({ job }) => job), predictedMs: jobs.reduce((sum, job) => sum + predictDuration(job), 0) };
    }),
  };
}
