/**
 * What a line of the trace is: a command of the procedure or one of raidlab's own, a line of the console, what raidlab made of
 * what was seen, a fault, trouble, something about the machine, what was said to QEMU and by it, or another event in its own words.
 */
export type EntryKind = 'typed' | 'own' | 'console' | 'lesson' | 'fault' | 'trouble' | 'machine' | 'qmp' | 'other';

/** One thing that happened in a step, as a line that may unfold. */
export interface TraceEntry {
  /** Its place among the entries of the drill. */
  readonly id: number;
  readonly kind: EntryKind;
  readonly afterMs: number;
  readonly machine: string | null;
  readonly head: string;
  /** What stands at the right: exit code and time. */
  readonly tail: string;
  /** Whether it did not go as a reader would hope: a refusal. */
  readonly isBad: boolean;
  /** Shown when it is unfolded; empty when there is no more. */
  readonly body: string;
  /** The step that it belongs to; null before the first. */
  readonly step: string | null;
  /** Of a command, the number of its run. */
  readonly run: number | null;
}

/** An entry that has no place among the others yet. */
export type UnnumberedEntry = Omit<TraceEntry, 'id'>;
