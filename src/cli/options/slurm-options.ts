import { message } from '@optique/core/message';
import { optional, withDefault } from '@optique/core/modifiers';
import type { InferValue } from '@optique/core/parser';
import { option } from '@optique/core/primitives';
import { choice, integer, string } from '@optique/core/valueparser';
import { RaidlabError } from '../../core/failure/failure.ts';
import { machineMemory } from '../../core/jobs/plan-jobs.ts';
import type { SlurmWishes } from '../../core/slurm/srun-command.ts';

/** The options that say where drills run. */
export const slurmOptions = {
  on: withDefault(
    option('--on', choice(['here', 'slurm'], { metavar: 'WHERE' }), {
      description: message`Where the drills run: here, or on the nodes of a Slurm cluster, each drill as a job (docs/machines.md).`,
    }),
    'here',
  ),
  partition: optional(
    option('--partition', string({ metavar: 'NAME' }), { description: message`With --on slurm: the partition, as srun takes it.` }),
  ),
  constraint: optional(
    option('--constraint', string({ metavar: 'FEATURES' }), {
      description: message`With --on slurm: features that a node must have, as srun takes them.`,
    }),
  ),
  prefer: optional(
    option('--prefer', string({ metavar: 'FEATURES' }), {
      description: message`With --on slurm: features that a node should have if one is free, such as that of nodes with images and templates.`,
    }),
  ),
  cores: optional(
    option('--cores', integer({ metavar: 'N', min: 1, max: 256 }), {
      description: message`With --on slurm: the cores of each job, which are also how many machines it may run (default: 1).`,
    }),
  ),
} as const;

/** Where drills run, as given. */
export type SlurmOptions = { readonly [Name in keyof typeof slurmOptions]: InferValue<(typeof slurmOptions)[Name]> };

/** How many jobs are in the queue at once by default: more than most clusters can run of them, and few enough for us. */
export const usualJobsInQueue = 64;

/** What raidlab takes besides its machines, MiB: Node, a template that is hashed, and what builds an image. */
const ownMemoryMiB = 768;

/** Gives what jobs of Slurm get; undefined when nothing is to run there. Throws `usage/bad-arguments`. */
export function slurmWishesOf(asked: SlurmOptions & { readonly memory: number }, command: string): SlurmWishes | undefined {
  const { on, partition, constraint, prefer, cores = 1 } = asked;
  if (on === 'slurm') {
    const memoryMiB = cores * Math.ceil(machineMemory(asked.memory) / 1024 ** 2) + ownMemoryMiB;
    return { partition, constraint, prefer, cores, memoryMiB };
  }
  const stray = (['partition', 'constraint', 'prefer', 'cores'] as const).find((name) => asked[name] !== undefined);
  if (stray === undefined) return undefined;
  throw new RaidlabError({ area: 'usage', reason: 'bad-arguments', message: `--${stray} is for --on slurm.`, command });
}
