import { OutputLines } from '../parsing/output-lines.ts';

/** The states of a job, and what each says about one that brought no result. Source: squeue(1), JOB STATE CODES; job_state_string() of Slurm 22.05 to 26.05. */
const states = {
  PENDING: 'it was still in the queue',
  RUNNING: 'the connection to its node was lost',
  SUSPENDED: 'it was suspended',
  COMPLETING: 'Slurm ended it',
  CONFIGURING: 'the connection to its node was lost',
  SIGNALING: 'the connection to its node was lost',
  STAGE_OUT: 'the connection to its node was lost',
  COMPLETED: 'it ended without a result',
  FAILED: 'it ended without a result',
  CANCELLED: 'somebody cancelled it',
  TIMEOUT: 'its time limit was over',
  DEADLINE: 'its deadline was over',
  NODE_FAIL: 'its node failed',
  BOOT_FAIL: 'its node did not boot',
  PREEMPTED: 'another job took its place',
  REVOKED: 'another cluster took it',
  OUT_OF_MEMORY: 'its memory was too small',
  REQUEUED: 'it was put back into the queue',
  REQUEUE_FED: 'it was put back into the queue',
  REQUEUE_HOLD: 'it was put back into the queue, and is held',
  RESV_DEL_HOLD: 'its reservation is gone, and it is held',
  SPECIAL_EXIT: 'it was put back into the queue, and is held',
  RESIZING: 'the connection to its node was lost',
  STOPPED: 'it was stopped',
} as const;

/** What squeue calls the state of a job. */
export type JobState = keyof typeof states;

/** A job as Slurm knows it. */
export interface QueuedJob {
  readonly id: number;
  readonly state: JobState;
  /** The node that it ran on, or nodes; null while it has none. */
  readonly node: string | null;
}

/** Parses what squeue says of one job with `--format=%A|%T|%N`; undefined when it knows none. Throws {@link UnknownOutput}. */
export function parseSqueue(output: string): QueuedJob | undefined {
  if (output === '') return undefined;
  const lines = new OutputLines('squeue', output);
  const job = lines.take('ID|STATE|NODE', /^(\d+)\|([A-Z_]+)\|([^|\s]*)$/u);
  const state = job.text(2);
  if (!isState(state)) return lines.refuseTaken('a state of a job');
  lines.end();
  const node = job.text(3);
  return { id: job.number(1), state, node: node === '' ? null : node };
}

/** Says, to complete "the job was lost: ", what a state means for a job without a result. */
export function describeLoss(state: JobState): string {
  return states[state];
}

function isState(word: string): word is JobState {
  return Object.hasOwn(states, word);
}
