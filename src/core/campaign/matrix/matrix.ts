/** What is run how often: every drill on every kernel with all tools, layouts and seeds. */
export interface Matrix {
  /** By which its results are known in the archive. */
  readonly name: string;
  /** Names and patterns; none: all that promise something. */
  readonly drills: readonly string[];
  readonly twins: 'no' | 'only' | 'both';
  /** As `--kernel` takes them. */
  readonly kernels: readonly string[];
  /** Suites; none: for each kernel the default, or the newest that run on it. */
  readonly tools: readonly string[];
  /** Names and files; none: each drill's own. */
  readonly layouts: readonly string[];
  readonly seeds: readonly string[];
  /** How many runs of each there are to be. */
  readonly rounds: number;
}

/** What a matrix is unless it says otherwise. */
export const defaultMatrix: Matrix = {
  name: 'matrix',
  drills: [],
  twins: 'no',
  kernels: ['trixie'],
  tools: [],
  layouts: [],
  seeds: ['1'],
  rounds: 1,
};

/** One drill that is to be run once. */
export interface MatrixJob {
  readonly drill: string;
  readonly isTwin: boolean;
  readonly kernel: string;
  /** Null: the default for the kernel. */
  readonly tools: string | null;
  /** Null: the drill's own. */
  readonly layout: string | null;
  readonly seed: string;
  /** 1-based. */
  readonly round: number;
}

/** More is a slip of the pen: it would take years. */
export const mostJobs = 100_000;

/** Gives how many jobs a matrix has with so many drills, at most: what is named twice is run once. */
export function countJobs(matrix: Matrix, drills: number): number {
  const { kernels, tools, layouts, seeds, rounds, twins } = matrix;
  const kinds = kernels.length * Math.max(1, tools.length) * Math.max(1, layouts.length) * seeds.length;
  return drills * (twins === 'both' ? 2 : 1) * kinds * rounds;
}

/** Gives the text by which a job is known: the same job of a matrix that was changed is the same. */
export function keyOfJob({ drill, isTwin, kernel, tools, layout, seed, round }: MatrixJob): string {
  return JSON.stringify([drill, isTwin, kernel, tools, layout, seed, round]);
}

/**
 * Gives the jobs of a matrix with these drills: all of the first round before the second, so that a matrix that is stopped has looked everywhere; in a
 * round kernel by kernel, so that a few images serve many jobs. None is there twice.
 */
export function jobsOf(matrix: Matrix, drills: readonly string[]): readonly MatrixJob[] {
  const rounds = Array.from({ length: matrix.rounds }, (_, index) => index + 1);
  const twins = { no: [false], only: [true], both: [false, true] }[matrix.twins];
  const orNull = (words: readonly string[]): readonly (string | null)[] => (words.length === 0 ? [null] : words);
  const jobs = new Map<string, MatrixJob>();
  for (const round of rounds)
    for (const kernel of matrix.kernels)
      for (const tools of orNull(matrix.tools))
        for (const layout of orNull(matrix.layouts))
          for (const seed of matrix.seeds)
            for (const drill of drills)
              for (const isTwin of twins) {
                const job: MatrixJob = { drill, isTwin, kernel, tools, layout, seed, round };
                jobs.set(keyOfJob(job), job);
              }
  return [...jobs.values()];
}
