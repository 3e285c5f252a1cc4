import type { ExitCode } from '../exit-code.ts';

/** A failure in the three layers that a person reads, and the way out. */
export interface FailureDescription {
  readonly exitCode: ExitCode;
  /** What happened, one sentence. */
  readonly what: string;
  /** Which command, and whether it ran on the host or in the guest: `host: mmdebstrap …`. */
  readonly command?: string;
  /** What it said: the last lines of its output, verbatim. */
  readonly said?: string;
  /** What the person can do about it, one or two sentences. */
  readonly remedy: string;
}
