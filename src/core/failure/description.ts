import type { ExitCode } from '../exit-code.ts';

/** A failure with its facts; code states these, and the text is made from them. */
export type FailureOf<Area extends string, Reason extends string, Facts = object> = {
  readonly area: Area;
  readonly reason: Reason;
} & Readonly<Facts>;

/** A failure in three layers for people, and the remedy. */
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
