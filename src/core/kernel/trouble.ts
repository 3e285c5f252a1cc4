/**
 * What kind of kernel trouble a console showed.
 *
 * `oops`: a fault in kernel code. `bug`: the kernel found itself inconsistent (`BUG()`, bad page state…). `panic`: it stopped itself.
 * `hung-task`, `soft-lockup` (soft and hard): a task or a processor made no progress. `warning`: it complained and went on.
 * `stall`: RCU or a workqueue was not served in time. That is how a starved virtual processor looks from inside, so it is
 * trouble of the machine, neither a crash nor a finding.
 *
 * Only a person's log is read for the rest: `out-of-memory`: the OOM killer came. `forced-readonly`: a filesystem stopped taking writes.
 * `fragment`: a piece of a report whose first line is missing, so that what it was cannot be told.
 */
export type KernelTroubleKind =
  'oops' | 'bug' | 'panic' | 'hung-task' | 'soft-lockup' | 'warning' | 'stall' | 'out-of-memory' | 'forced-readonly' | 'fragment';

/** One entry of a call trace. `uncertain` entries were found on the stack but may not be part of the call chain (printed with `?`). */
export interface TraceEntry {
  readonly function: string;
  /** Offset into the function, as printed: `0x1d`; null in a trace decoded by a script. */
  readonly offset: string | null;
  readonly module: string | null;
  readonly uncertain: boolean;
}

/** A place in kernel code, as printed: function, offset into it, and the module it belongs to (null for the kernel itself). */
export interface CodePlace {
  readonly function: string;
  /** Null where a script replaced it by file and line. */
  readonly offset: string | null;
  readonly module: string | null;
}

/** A process as the kernel names it: its command name (at most 15 characters) and id. */
export interface KernelProcess {
  readonly name: string;
  readonly pid: number;
}

/** Kernel trouble as printed on a console. Fields are null where the console did not say. */
export interface KernelTrouble {
  readonly kind: KernelTroubleKind;
  /** The line that announced it, without time stamp: `BUG: unable to handle kernel NULL pointer dereference at 0000000000000088`. */
  readonly what: string;
  /** Where the instruction pointer was: function, offset, module. */
  readonly at: CodePlace | null;
  readonly process: KernelProcess | null;
  /** The kernel's version as printed: `3.16.0-4-amd64`. */
  readonly kernel: string | null;
  readonly trace: readonly TraceEntry[];
  /**
   * What the machine was doing, read from console and trace: `device replace`, `scrub`, `balance`, `mount`… (see storage-activity.ts);
   * null when unknown.
   */
  readonly during: string | null;
  /** Seconds since boot, from the announcing line. */
  readonly atSeconds: number | null;
  /** The lines of the report, verbatim, in order. */
  readonly transcript: readonly string[];
}

const crashes: ReadonlySet<KernelTroubleKind> = new Set(['oops', 'bug', 'panic', 'hung-task', 'soft-lockup']);

/** Tells whether the kernel cannot be trusted after this: false for a warning or a stall, after which it goes on. */
export function isCrash(trouble: Pick<KernelTrouble, 'kind'>): boolean {
  return crashes.has(trouble.kind);
}
