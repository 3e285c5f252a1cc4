import type { ShardsListing } from '../../core/campaign/split-run.ts';
import { formatDuration } from '../text/format-duration.ts';
import { blank, line, span } from '../text/line.ts';
import type { Line } from '../text/line.ts';

/** Gives the parts of a run for people; the one that was asked for stands out. */
export function shardLines({ shard, shards }: ShardsListing): readonly Line[] {
  return shards.flatMap(({ number, jobs, predictedMs }, index) => {
    const what =
      jobs.length === 0
        ? 'nothing: there are fewer drills than shards'
        : `${String(jobs.length)} drills, about ${formatDuration(predictedMs)} one by one`;
    const head = [span(`Shard ${String(number)}/${String(shards.length)}`, 'strong'), span(`  ${what}`, 'quiet')];
    const mark = number === shard ? [span('  this one', 'good')] : [];
    return [...(index === 0 ? [] : [blank]), line(0, [...head, ...mark]), ...jobs.map((job) => line(2, job))];
  });
}
