/** Where jobs of Slurm may run, as a person says it, and what each gets. */
export interface SlurmWishes {
  /** As `--partition` of srun takes it; undefined: the cluster's default. */
  readonly partition: string | undefined;
  /** Features that a node must have: `--constraint`. */
  readonly constraint: string | undefined;
  /** Features that a node had better have: `--prefer`. */
  readonly prefer: string | undefined;
  /** Of each job. */
  readonly cores: number;
  /** Of each job, all of its machines and raidlab itself. */
  readonly memoryMiB: number;
}

/** A command line of raidlab that is to run on a node. */
export interface SlurmJob {
  /** Nobody else's: by it the job is found and taken back. */
  readonly name: string;
  /** The words after `raidlab`. */
  readonly argv: readonly string[];
}

/** Gives the command that runs a job on some node, waits for it, and brings its standard output back. Source: srun(1). */
export function planSrun(wishes: SlurmWishes, { name, argv }: SlurmJob): readonly string[] {
  // env looks for raidlab on the node. A working directory of ours may not be there.
  return ['srun', ...allocation(wishes), `--job-name=${name}`, '--input=none', '--mpi=none', '--chdir=/tmp', 'env', 'raidlab', ...argv];
}

/** Gives the command that asks Slurm whether such jobs could ever run, and queues nothing. */
export function planSrunTest(wishes: SlurmWishes): readonly string[] {
  return ['srun', '--test-only', ...allocation(wishes), 'true'];
}

/** Gives the command that tells what became of a job, for as long as Slurm remembers it (MinJobAge, usually five minutes). */
export function planSqueue(name: string): readonly string[] {
  return ['squeue', '--noheader', '--states=all', `--name=${name}`, '--format=%A|%T|%N'];
}

/** Gives the command that takes a job back, whatever it does. */
export function planScancel(name: string): readonly string[] {
  return ['scancel', '--quiet', `--name=${name}`];
}

function allocation({ partition, constraint, prefer, cores, memoryMiB }: SlurmWishes): readonly string[] {
  return [
    '--nodes=1',
    '--ntasks=1',
    `--cpus-per-task=${String(cores)}`,
    `--mem=${String(memoryMiB)}M`,
    ...(partition === undefined ? [] : [`--partition=${partition}`]),
    ...(constraint === undefined ? [] : [`--constraint=${constraint}`]),
    ...(prefer === undefined ? [] : [`--prefer=${prefer}`]),
  ];
}
