import type { SlurmFailure } from '../failure/slurm.ts';
import { tellingLines } from '../text/telling-lines.ts';
import { describeLoss } from './queued-job.ts';
import type { QueuedJob } from './queued-job.ts';

/** An srun that ended and brought no run back. */
export interface EmptySrun {
  /** Null when a signal ended it. */
  readonly exitCode: number | null;
  /** What it, Slurm and raidlab on the node said. */
  readonly stderr: string;
  /** What Slurm knows of its job afterwards. */
  readonly job: QueuedJob | undefined;
  /** Our version of raidlab, which the node should have. */
  readonly ours: string;
}

/**
 * Tells why an srun brought no run back. `slurm-job-lost` concerns this attempt alone; everything else concerns all jobs: what Slurm refuses one
 * it refuses the others, and a node without a raidlab that works would use them all up.
 */
export function judgeSrun({ exitCode, stderr, job, ours }: EmptySrun): SlurmFailure {
  const said = tellingLines(stderr.split('\n'));
  const node = nodeIn(stderr) ?? job?.node ?? null;
  const lost = (how: string): SlurmFailure => ({ area: 'host', reason: 'slurm-job-lost', node, how, said });
  // srun hears of it before squeue tells it: until the job is cleaned up its state is COMPLETING.
  if (/^srun: error: Node failure on /mu.test(stderr)) return lost('its node failed');
  const ended = /^srun: error: \S+: task 0: Exited with exit code (\d+)$/mu.exec(stderr);
  // raidlab ends by itself when Slurm tells it to, which is not its own doing.
  if (ended?.[1] !== undefined && (job === undefined || job.state === 'FAILED' || job.state === 'COMPLETED'))
    return judgeExit(Number(ended[1]), { node: node ?? 'unknown', said, ours }, lost);
  if (job !== undefined) return lost(describeLoss(job.state));
  if (exitCode === null) return lost('srun was killed');
  return judgeRefusal(stderr);
}

/**
 * Tells why Slurm took no job: `slurm-full` or `slurm-refused`. Of a full queue Slurm 22.05 says that its controller does not respond; later ones say what it is. Source: _retry() of srun, and MaxJobCount tried with 22.05.8.
 */
export function judgeRefusal(stderr: string): SlurmFailure {
  const said = tellingLines(stderr.split('\n'));
  const isFull =
    /Slurm job queue full|Slurm controller not responding, sleeping|allocation failure: Resource temporarily unavailable/u.test(stderr);
  return { area: 'host', reason: isFull ? 'slurm-full' : 'slurm-refused', said };
}

interface NodeWords {
  readonly node: string;
  readonly said: string;
  readonly ours: string;
}

/** raidlab ended on the node before there was a run. Source: docs/exit-codes.md; env(1): 127, the command was not found, 126, it cannot be run. */
function judgeExit(exitCode: number, { node, said, ours }: NodeWords, lost: (how: string) => SlurmFailure): SlurmFailure {
  switch (exitCode) {
    case 126:
    case 127:
      return { area: 'host', reason: 'node-without-raidlab', node, said };
    // What it was asked was understood here.
    case 64:
      return { area: 'host', reason: 'node-misunderstands', node, ours, said };
    case 69:
      return { area: 'host', reason: 'node-unfit', node, said };
    default:
      return lost(`raidlab ended with exit ${String(exitCode)} there and sent no result`);
  }
}

function nodeIn(stderr: string): string | undefined {
  return (/^srun: error: Node failure on (\S+)$/mu.exec(stderr) ?? /^srun: error: (\S+): task 0: /mu.exec(stderr))?.[1];
}
