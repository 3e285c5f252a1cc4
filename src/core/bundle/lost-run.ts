import { eventFormatVersion } from '../event.ts';
import type { EventBody, RecordedEvent } from '../event.ts';
import { describeFailure } from '../failure/failure.ts';
import type { Failure } from '../failure/failure.ts';
import { followRun } from './follow-run.ts';
import type { RunFrame } from './follow-run.ts';
import type { MergeSource } from './merge-events.ts';

/** A run that was sent elsewhere, and of which nothing came back. */
export interface LostRun {
  readonly run: string;
  /** As typed here. */
  readonly command: string;
  readonly raidlabVersion: string;
  readonly nodeVersion: string;
  readonly planned: Pick<RunFrame['planned'], 'seed' | 'limit' | 'jobs' | 'shard'>;
  /** ISO 8601, UTC: when it was sent. */
  readonly sentAt: string;
  /** When it was given up. */
  readonly lostAt: string;
  readonly failure: Failure;
}

/** Gives the events of a lost run: each of its drills failed for the machine's sake, as it would have done here. */
export function eventsOfLostRun({ run, command, raidlabVersion, nodeVersion, planned, sentAt, lostAt, failure }: LostRun): MergeSource {
  const { area, reason } = failure;
  const description = describeFailure(failure);
  const durationMs = Date.parse(lostAt) - Date.parse(sentAt);
  const { exitCode } = description;
  const bodies: readonly (EventBody & Pick<RecordedEvent, 'at' | 'job'>)[] = [
    { at: sentAt, type: 'run-started', run, command, raidlabVersion, nodeVersion, directory: null },
    { at: sentAt, type: 'run-planned', ...planned },
    ...planned.jobs.flatMap(({ job, drill }) => [
      { at: lostAt, job, type: 'run-failed', area, reason, description } as const,
      { at: lostAt, job, type: 'drill-ended', drill, verdict: null, exitCode, durationMs } as const,
    ]),
    { at: lostAt, type: 'run-ended', exitCode, durationMs },
  ];
  const events = bodies.map((body, seq): RecordedEvent => ({ ...body, v: eventFormatVersion, seq }));
  const follower = followRun();
  for (const event of events) follower.take(event);
  return { file: run, head: { accelerator: null }, frame: follower.finish(), events: () => events };
}
