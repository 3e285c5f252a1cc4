import { exitCodes, mostSevere } from '../exit-code.ts';
import type { ExitCode } from '../exit-code.ts';
import { eventFormatVersion } from '../event.ts';
import type { EventBody, RecordedEvent } from '../event.ts';
import type { MergePlan, ReadBundle } from './plan-merge.ts';
import { wholeCommand } from './whole-command.ts';

/** A bundle with its events, in order. */
export interface MergeSource extends ReadBundle {
  readonly events: () => Iterable<RecordedEvent>;
}

/** Where the merged run is kept. */
export interface MergedRun {
  readonly run: string;
  readonly hostPath: string;
  /** What to tell of it besides. */
  readonly remarks?: readonly string[];
}

/** Gives the exit code of a merged run: the most severe one; a run of which a part is missing was not judged. */
export function exitCodeOfMerge({ bundles, missing }: MergePlan): ExitCode {
  const codes = bundles.map(({ frame }) => frame.ended.exitCode as ExitCode);
  return mostSevere([...codes, ...(missing.length === 0 ? [] : [exitCodes.inconclusive])]);
}

/**
 * Gives the events of one run from those of its shards, by their time: as if it had been run in one piece. Only how long it took is that
 * of the longest shard. What several shards tell of images and the like is told once.
 */
export function* mergeEvents(plan: MergePlan<MergeSource>, { run, hostPath, remarks = [] }: MergedRun): Generator<RecordedEvent> {
  const frames = plan.bundles.map(({ frame }) => frame);
  const first = frames.map(({ started }) => started).reduce((a, b) => (b.at < a.at ? b : a));
  const last = frames.map(({ ended }) => ended).reduce((a, b) => (b.at > a.at ? b : a));
  let seq = -1;
  const stamped = (event: RecordedEvent | (EventBody & { readonly at: string })): RecordedEvent => ({
    ...event,
    v: eventFormatVersion,
    seq: (seq += 1),
  });
  yield stamped({ ...first, run, command: wholeCommand(first.command), directory: hostPath });
  const [{ planned }] = frames as [(typeof frames)[number]];
  const limit = Math.max(...frames.map((frame) => frame.planned.limit));
  yield stamped({ at: planned.at, type: 'run-planned', seed: planned.seed, limit, jobs: plan.jobs });
  for (const text of [...remarksOnMerge(plan), ...remarks]) yield stamped({ at: first.at, type: 'remark-made', text });
  const told = new Set<string>();
  for (const event of byTime(plan.bundles.map(({ events }) => events()))) {
    if (event.type === 'run-started' || event.type === 'run-planned' || event.type === 'run-ended') continue;
    if (event.job === undefined && wasTold(told, event)) continue;
    yield stamped(event);
  }
  const durationMs = Math.max(...frames.map(({ ended }) => ended.durationMs));
  yield stamped({ ...last, exitCode: exitCodeOfMerge(plan), durationMs });
}

function remarksOnMerge({ bundles, missing, of }: MergePlan): readonly string[] {
  const names = missing.map((number) => `${String(number)}/${String(of)}`).join(', ');
  const gone = missing.length === 0 ? [] : [`Of this run ${missing.length === 1 ? 'a shard is' : 'shards are'} missing: ${names}.`];
  const versions = new Set(bundles.map(({ head }) => head.accelerator?.name).filter((name) => name !== undefined));
  const mixed = versions.size < 2 ? [] : [`Its shards ran with different accelerators: ${[...versions].join(', ')}.`];
  return [...gone, ...mixed];
}

function wasTold(told: Set<string>, event: RecordedEvent): boolean {
  const words = JSON.stringify({ ...event, seq: 0, at: '' });
  if (told.has(words)) return true;
  told.add(words);
  return false;
}

/** Merges streams that are in order, by time; of one moment the stream that stands first goes first. */
function* byTime(streams: readonly Iterable<RecordedEvent>[]): Generator<RecordedEvent> {
  const heads = streams.map((events) => {
    const iterator = events[Symbol.iterator]();
    return { iterator, next: iterator.next() };
  });
  for (;;) {
    let first: (typeof heads)[number] | undefined;
    for (const head of heads) {
      if (head.next.done !== true && (first?.next.done !== false || head.next.value.at < first.next.value.at)) first = head;
    }
    if (first === undefined || first.next.done === true) return;
    yield first.next.value;
    first.next = first.iterator.next();
  }
}
