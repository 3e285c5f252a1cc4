import assert from 'node:assert/strict';
import { test } from 'node:test';
import { judgeRefusal, judgeSrun } from './judge-srun.ts';
import type { EmptySrun } from './judge-srun.ts';
import type { JobState, QueuedJob } from './queued-job.ts';

const on = (node: string | null, state: JobState): QueuedJob => ({ id: 7, state, node });

/** What Slurm 22.05.8 really said, and what squeue told afterwards. */
const recorded: Readonly<Record<string, Omit<EmptySrun, 'ours'>>> = {
  // srun exits 0 then.
  'a node died': {
    exitCode: 0,
    stderr:
      'srun: Job step aborted: Waiting up to 12 seconds for job step to finish.\nsrun: error: Node failure on n2\nsrun: error: Node failure on n2\n',
    job: on('n2', 'NODE_FAIL'),
  },
  'a partition that does not exist': {
    exitCode: 1,
    stderr:
      'srun: error: invalid partition specified: nowhere\nsrun: error: Unable to allocate resources: Invalid partition name specified\n',
    job: undefined,
  },
  'a full queue': {
    exitCode: 1,
    stderr: 'srun: error: Slurm controller not responding, sleeping and retrying.\n',
    job: undefined,
  },
  'a job that somebody cancelled': {
    exitCode: 143,
    stderr:
      'srun: Job step aborted: Waiting up to 12 seconds for job step to finish.\nslurmstepd-n1: error: *** STEP 11.0 ON n1 CANCELLED AT 2026-11-29T19:10:02 ***\nsrun: error: n1: task 0: Terminated\n',
    job: on('n1', 'CANCELLED'),
  },
  'a raidlab that was killed': {
    exitCode: 137,
    stderr: 'srun: error: n2: task 0: Killed\nsrun: Force Terminated StepId=14.0\n',
    job: on('n2', 'FAILED'),
  },
  'a node without raidlab': {
    exitCode: 127,
    stderr: '/usr/bin/env: ‘raidlab’: No such file or directory\nsrun: error: n1: task 0: Exited with exit code 127\n',
    job: on('n1', 'FAILED'),
  },
};

function judged(what: string, more: Partial<EmptySrun> = {}) {
  const end = recorded[what];
  assert.ok(end !== undefined);
  return judgeSrun({ ...end, ours: '0.1.0', ...more });
}

test('what became of one job concerns that attempt alone', () => {
  for (const [what, node, how] of [
    ['a node died', 'n2', 'its node failed'],
    ['a job that somebody cancelled', 'n1', 'somebody cancelled it'],
    ['a raidlab that was killed', 'n2', 'it ended without a result'],
  ] as const) {
    const failure = judged(what);
    assert.deepEqual(failure, { area: 'host', reason: 'slurm-job-lost', node, how, said: recorded[what]?.stderr.trimEnd() });
  }
});

test('a node that died is told by srun, whatever squeue says or forgets', () => {
  for (const job of [undefined, on('n2', 'COMPLETING'), on('n2', 'RUNNING')]) {
    const failure = judged('a node died', { job });
    assert.ok(failure.reason === 'slurm-job-lost' && failure.how === 'its node failed' && failure.node === 'n2');
  }
});

test('what Slurm refuses one job it refuses all', () => {
  const failure = judged('a partition that does not exist');
  assert.deepEqual(failure, { area: 'host', reason: 'slurm-refused', said: recorded['a partition that does not exist']?.stderr.trimEnd() });
});

test('a queue that is full is called so', () => {
  assert.equal(judged('a full queue').reason, 'slurm-full');
  assert.equal(judgeRefusal('allocation failure: Resource temporarily unavailable\n').reason, 'slurm-full');
  // As later versions say it.
  assert.equal(judgeRefusal('srun: error: Slurm job queue full, sleeping and retrying.\n').reason, 'slurm-full');
  assert.equal(judgeRefusal('allocation failure: Invalid feature specification\n').reason, 'slurm-refused');
});

test('a node that cannot run raidlab would use up all jobs', () => {
  const withExit = (exitCode: number) => ({ exitCode, stderr: `no\nsrun: error: n1: task 0: Exited with exit code ${String(exitCode)}\n` });
  for (const [exitCode, reason] of [
    [126, 'node-without-raidlab'],
    [127, 'node-without-raidlab'],
    [64, 'node-misunderstands'],
    [69, 'node-unfit'],
    [70, 'slurm-job-lost'],
  ] as const) {
    for (const job of [undefined, on('n1', 'FAILED'), on('n1', 'COMPLETED')])
      assert.equal(judged('a node without raidlab', { ...withExit(exitCode), job }).reason, reason);
  }
  // raidlab ends with its own code when Slurm ends it.
  const preempted = judged('a node without raidlab', { ...withExit(130), job: on('n1', 'PREEMPTED') });
  assert.ok(preempted.reason === 'slurm-job-lost' && preempted.how === 'another job took its place');
});

test('an srun that was killed, and of whose job nothing is known, has lost it', () => {
  assert.equal(judged('a node died', { exitCode: null, stderr: '', job: undefined }).reason, 'slurm-job-lost');
});
