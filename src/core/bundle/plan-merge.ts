import type { PlannedJob } from '../event.ts';
import { RaidlabError } from '../failure/failure.ts';
import type { BundleHead } from './bundle-format.ts';
import type { RunFrame } from './follow-run.ts';

/** A bundle that has been read. */
export interface ReadBundle {
  /** As typed. */
  readonly file: string;
  readonly head: Pick<BundleHead, 'accelerator'>;
  readonly frame: RunFrame;
}

/** What bundles come to together. */
export interface MergePlan<Bundle extends ReadBundle = ReadBundle> {
  /** In the order of the shards. */
  readonly bundles: readonly Bundle[];
  /** All drills, in the order asked. */
  readonly jobs: readonly PlannedJob[];
  /** The numbers of the shards that are not there, 1-based. */
  readonly missing: readonly number[];
  /** How many shards there are; 1 for a run that was not split. */
  readonly of: number;
}

/** Plans how bundles become one run. Throws `usage/bundles-differ`, with the names of two, for those that are no parts of one. */
export function planMerge<Bundle extends ReadBundle>(bundles: readonly [Bundle, ...Bundle[]]): MergePlan<Bundle> {
  const [first] = bundles;
  for (const bundle of bundles) checkPair(first, bundle);
  const { shard } = first.frame.planned;
  if (shard === undefined) return { bundles, jobs: first.frame.planned.jobs, missing: [], of: 1 };
  const byNumber = new Map<number, Bundle>();
  const byJob = new Map<string, Bundle>();
  for (const bundle of bundles) {
    const number = bundle.frame.planned.shard?.number ?? 0;
    const same = byNumber.get(number);
    if (same !== undefined)
      differ(`${same.file} and ${bundle.file} are both shard ${String(number)} of ${String(shard.of)}.`, 'Leave one of them out.');
    byNumber.set(number, bundle);
    for (const { job } of bundle.frame.planned.jobs) {
      const other = byJob.get(job);
      if (other !== undefined)
        differ(`${other.file} and ${bundle.file} both have ${job}.`, 'They are no parts of one run: run them again.');
      byJob.set(job, bundle);
    }
  }
  const numbers = Array.from({ length: shard.of }, (_, index) => index + 1);
  return {
    bundles: numbers.flatMap((number) => byNumber.get(number) ?? []),
    jobs: shard.wholeRun,
    missing: numbers.filter((number) => !byNumber.has(number)),
    of: shard.of,
  };
}

/** Everything is compared with the first: what differs from it differs from something. */
function checkPair(first: ReadBundle, other: ReadBundle): void {
  if (first === other) return;
  const [one, two] = [first.frame, other.frame];
  if (one.started.raidlabVersion !== two.started.raidlabVersion) {
    differ(
      `${first.file} is of raidlab ${one.started.raidlabVersion}, ${other.file} of ${two.started.raidlabVersion}.`,
      'Run all shards with the same version.',
    );
  }
  const [ours, theirs] = [one.planned.shard, two.planned.shard];
  if (ours === undefined || theirs === undefined) {
    const whole = ours === undefined ? first : other;
    differ(`${whole.file} is a whole run, no shard of one.`, 'Merge it alone: `raidlab merge FILE`.');
  }
  if (ours.of !== theirs.of) {
    differ(
      `${first.file} is one of ${String(ours.of)} shards, ${other.file} one of ${String(theirs.of)}.`,
      'They are parts of different runs.',
    );
  }
  const how = howPlansDiffer(ours.wholeRun, theirs.wholeRun);
  if (how !== undefined)
    differ(`${first.file} and ${other.file} were planned differently: ${how}.`, 'Give every shard the same drills and options.');
}

/** Says the first thing in which two plans differ; undefined when they are the same. */
function howPlansDiffer(ours: readonly PlannedJob[], theirs: readonly PlannedJob[]): string | undefined {
  if (ours.length !== theirs.length) return `${String(ours.length)} drills, and ${String(theirs.length)}`;
  for (const [index, job] of ours.entries()) {
    const other = theirs[index];
    if (other?.job !== job.job) return `drill ${String(index + 1)} is ${job.job}, and ${other?.job ?? 'none'}`;
    const key = (Object.keys(job) as readonly (keyof PlannedJob)[]).find(
      (each) => JSON.stringify(job[each]) !== JSON.stringify(other[each]),
    );
    if (key !== undefined) return `${key} of ${job.job} is ${JSON.stringify(job[key])}, and ${JSON.stringify(other[key])}`;
  }
  return undefined;
}

function differ(how: string, remedy: string): never {
  throw new RaidlabError({ area: 'usage', reason: 'bundles-differ', how, remedy });
}
