import { exitCodes } from '../exit-code.ts';
import type { FailureDescription, FailureOf } from './description.ts';

/** Slurm cannot run a job, or lost one: exit 69. */
export type SlurmFailure =
  | FailureOf<'host', 'slurm-missing', { program: string }>
  /** `said`: what srun said, verbatim. */
  | FailureOf<'host', 'slurm-refused', { said: string }>
  | FailureOf<'host', 'slurm-full', { said: string }>
  | FailureOf<'host', 'node-without-raidlab', { node: string; said: string }>
  | FailureOf<'host', 'node-of-other-version', { node: string; found: string; ours: string }>
  | FailureOf<'host', 'node-misunderstands', { node: string; ours: string; said: string }>
  | FailureOf<'host', 'node-unfit', { node: string; said: string }>
  /** `how` completes "the job was lost: ". */
  | FailureOf<'host', 'slurm-job-lost', { node: string | null; how: string; said: string }>;

const reasons: Readonly<Record<SlurmFailure['reason'], true>> = {
  'slurm-missing': true,
  'slurm-refused': true,
  'slurm-full': true,
  'node-without-raidlab': true,
  'node-of-other-version': true,
  'node-misunderstands': true,
  'node-unfit': true,
  'slurm-job-lost': true,
};

/** Tells whether a failure is one of Slurm or of one of its nodes. */
export function isSlurmFailure(failure: { readonly reason: string }): failure is SlurmFailure {
  return Object.hasOwn(reasons, failure.reason);
}

/** Describes a failure of Slurm or of one of its nodes. */
export function describeSlurmFailure(failure: SlurmFailure): FailureDescription {
  const exitCode = exitCodes.unavailable;
  const said = !('said' in failure) || failure.said === '' ? {} : { said: failure.said };
  switch (failure.reason) {
    case 'slurm-missing':
      return {
        exitCode,
        what: `${failure.program} is not installed: --on slurm needs the commands of Slurm here.`,
        remedy:
          'Install them (on Debian: apt-get install slurm-client), with the slurm.conf and munge key of the cluster; docs/machines.md.',
      };
    case 'slurm-refused':
      return {
        exitCode,
        what: 'Slurm does not take the job.',
        ...said,
        remedy: 'See what there is with `sinfo`: --partition, --constraint and --cores must name what some node has.',
      };
    case 'slurm-full':
      return {
        exitCode,
        what: 'The queue of Slurm is full, or its controller too busy to take a job.',
        ...said,
        remedy: 'Type the command again later, or put fewer jobs into the queue at once: --jobs N.',
      };
    case 'node-without-raidlab':
      return {
        exitCode,
        what: `There is no raidlab on the node ${failure.node} that could be run.`,
        ...said,
        remedy: 'Install it there and have it in PATH, or name other nodes with --partition or --constraint; docs/machines.md.',
      };
    case 'node-of-other-version':
      return {
        exitCode,
        what: `The node ${failure.node} has raidlab ${failure.found}, and this is ${failure.ours}: their results do not belong together.`,
        remedy: 'Install the same version on every node.',
      };
    case 'node-misunderstands':
      return {
        exitCode,
        what: `raidlab on the node ${failure.node} did not understand what raidlab ${failure.ours} asked of it: it is another version.`,
        ...said,
        remedy: 'Install the same version on every node.',
      };
    case 'node-unfit':
      return {
        exitCode,
        what: `The node ${failure.node} cannot run drills.`,
        ...said,
        remedy: `Mend it (\`raidlab doctor\` there says how), or take it out of the queue: \`scontrol update NodeName=${failure.node} State=DRAIN Reason=raidlab\`.`,
      };
    case 'slurm-job-lost':
      return {
        exitCode,
        what: `The job was lost${failure.node === null ? '' : ` on the node ${failure.node}`}: ${failure.how}.`,
        ...said,
        remedy: 'It said nothing about the drill. Type the command again, and see `sinfo` for the node.',
      };
  }
}
