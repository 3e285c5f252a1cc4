import type { ArrayLayout } from '../core/layout.ts';
import type { ArrayPlan } from '../core/plan/array.ts';
import type { PlanLine } from '../core/plan/drill-plan.ts';
import type { DrillRun } from './drill-run.ts';

/**
 * What a step belongs to. A command that is refused while building is machine trouble (`inconclusive`);
 * one that is refused while repairing is a finding (`broken`): the procedure does not go through.
 */
export type StepPhase = 'build' | 'fault' | 'repair';

/** One act of a procedure. */
export interface Step {
  /** Kebab-case, unique in the drill; `--skip-step` takes it. */
  readonly name: string;
  readonly title: string;
  readonly phase: StepPhase;
  /** Whether the drill still has something to judge without it. */
  readonly skippable: boolean;
  /** What would be typed and done, in order. Pure: `--plan` prints it, and `run` types the very same values. */
  readonly plan: (array: ArrayPlan) => readonly PlanLine[];
  /** Does it. */
  readonly run: (run: DrillRun) => Promise<void>;
}

/** The same drill with one step left out, which must come out `broken`. */
export interface Twin {
  readonly skipStep: string;
  /** Why it must break, in one sentence. */
  readonly because: string;
}

/** One promise, the fault, the procedure, the proof. A drill is one file. */
export interface Drill {
  /** Kebab-case. */
  readonly name: string;
  /** One sentence that is either kept or broken. */
  readonly promise: string;
  /** What an administrator sees, in which order, and what tempts them to do the wrong thing. A few sentences. */
  readonly story: string;
  /** Where the knowledge comes from. */
  readonly sources: readonly string[];
  readonly layout: ArrayLayout;
  readonly payloadBytes: number;
  readonly steps: readonly Step[];
  /** What follows the steps: the whole proof, or nothing (a demonstration whose verdict is reached on the way). */
  readonly proof: 'full' | 'none';
  /** None only for a demonstration. */
  readonly twin: Twin | null;
}
