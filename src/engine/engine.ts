import type { ArchivedResult, Standing } from '../core/campaign/archived-result.ts';
import type { MatrixJob } from '../core/campaign/matrix/matrix.ts';

/** The run of a job, as soon as there is one. */
export interface BegunRun {
  readonly run: string;
  /** Its folder here, with its events: what is known of it when we are killed. */
  readonly directory: string;
}

/** What became of a job. */
export interface EngineEnd {
  readonly end: Standing;
  /** Null when it ended before there was one: it was interrupted, or the machine failed. */
  readonly result: ArchivedResult | null;
}

/**
 * Where jobs run: here, or on an engine that exists.
 *
 * An engine runs one job, tells when it is begun, before anything of it is done, and gives what became of it. It never tries anything again: that is decided above it, and seen. It rejects only for what concerns all jobs, a full
 * disk or a bug.
 */
export interface Engine {
  readonly run: (job: MatrixJob, begun: (run: BegunRun) => void) => Promise<EngineEnd>;
}
