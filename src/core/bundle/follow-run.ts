import type { PlannedJob, RecordedEvent } from '../event.ts';
import { BadBundle } from './tar.ts';

type EventOf<Type extends RecordedEvent['type']> = Extract<RecordedEvent, { readonly type: Type }>;

/** The events that say what a run was; each is there once. */
export interface RunFrame {
  readonly started: EventOf<'run-started'>;
  readonly planned: EventOf<'run-planned'>;
  readonly ended: EventOf<'run-ended'>;
}

/** Follows the events of a run, one after the other, and tells whether they are those of a whole one. */
export interface RunFollower {
  /** Throws {@link BadBundle} for an event that cannot be there. */
  readonly take: (event: RecordedEvent) => void;
  /** Throws {@link BadBundle} when the run does not end. */
  readonly finish: () => RunFrame;
}

/** Opens a follower: a run begins with `run-started`, says its plan before the first event of a drill, and ends with `run-ended`. */
export function followRun(): RunFollower {
  let started: RunFrame['started'] | undefined;
  let planned: RunFrame['planned'] | undefined;
  let ended: RunFrame['ended'] | undefined;
  let jobs: ReadonlySet<string> = new Set();
  return {
    take: (event) => {
      if (ended !== undefined) throw new BadBundle('its run goes on behind its end');
      if ((started === undefined) !== (event.type === 'run-started')) throw new BadBundle('its run does not begin with its beginning');
      if (event.job !== undefined && !jobs.has(event.job)) throw new BadBundle(`it tells of ${event.job}, which its run had not planned`);
      if (event.type === 'run-started') started = event;
      if (event.type === 'run-ended') ended = event;
      if (event.type !== 'run-planned') return;
      if (planned !== undefined) throw new BadBundle('its run was planned twice');
      jobs = labelsOf(event.jobs);
      checkShard(event);
      planned = event;
    },
    finish: () => {
      if (started === undefined || ended === undefined) throw new BadBundle('its run does not end: it was cut off');
      if (planned === undefined) throw new BadBundle('its run ended before anything was planned');
      return { started, planned, ended };
    },
  };
}

function labelsOf(jobs: readonly PlannedJob[]): ReadonlySet<string> {
  const labels = new Set(jobs.map(({ job }) => job));
  if (labels.size !== jobs.length) throw new BadBundle('two drills of its run have one label');
  return labels;
}

function checkShard({ jobs, shard }: RunFrame['planned']): void {
  if (shard === undefined) return;
  if (shard.number > shard.of) throw new BadBundle(`it says that it is shard ${String(shard.number)} of ${String(shard.of)}`);
  labelsOf(shard.wholeRun);
  const whole = new Set(shard.wholeRun.map((job) => JSON.stringify(job)));
  const stranger = jobs.find((job) => !whole.has(JSON.stringify(job)));
  if (stranger !== undefined) throw new BadBundle(`its shard has ${stranger.job}, which the whole run has not`);
}
