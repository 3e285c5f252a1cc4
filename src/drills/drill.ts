import type { Expectation } from '../core/verdict/expectation.ts';
import type { ArrayLayout, Bus, Encryption } from '../core/layout/layout.ts';
import type { LayoutName } from '../core/layout/named-layout.ts';
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
  /** What would be typed and done, in order. Pure: `--plan` prints it, and `run` types the same values. */
  readonly plan: (array: ArrayPlan) => readonly PlanLine[];
  /** Does it. */
  readonly run: (run: DrillRun) => Promise<void>;
  /** Changes when `run` does something else while `plan` says the same: the template of a build step is told apart by it. */
  readonly edition?: string;
}

/** The same drill with a deliberate mistake, which must come out `broken`: a step left out, a wrong step in its place, or a layout that cannot survive the fault. */
export interface Twin {
  /** Why it must break, in one sentence. */
  readonly because: string;
  /** The checks that are broken then: names, or globs of which one matches. Broken for another reason is a surprise. */
  readonly breaks: readonly string[];
  /** The step that is left out. */
  readonly skipStep?: string;
  /** Steps that each take the place of the one with their name. */
  readonly instead?: readonly Step[];
  readonly layout?: ArrayLayout;
}

/** What something is about: versions, as ranges such as `>=5.14` or `>=6.2 <6.5`, and a layout; what is not named does not matter. */
export interface VersionScope {
  /** Of the kernel under test. */
  readonly kernel?: string;
  /** Of btrfs-progs. */
  readonly tools?: string;
  /** That was asked for by name (`--layout`). */
  readonly layout?: LayoutName;
}

/** What a drill cannot do without; elsewhere it is skipped, and says why. */
export interface Requirement extends VersionScope {
  /** What members must be behind. No drill runs on members without containers, and need not say so. */
  readonly encryption?: readonly Encryption[];
  /** What its disks must hang on: where what it says of the kernel is so on no other bus. */
  readonly buses?: readonly Bus[];
  /** Completes "skipped: ". */
  readonly because: string;
}

/** What is known of some versions: nothing is expected without a source or a measurement. */
export interface VersionKnowledge extends VersionScope, Pick<Expectation, 'verdict' | 'because' | 'breaks' | 'crashesIn'> {
  /** A page, a commit, a measurement. */
  readonly source: string;
}

/** One promise, the fault, the procedure, the proof. A drill is one file. */
export interface Drill {
  /** Kebab-case. */
  readonly name: string;
  /** One sentence that is either kept or broken. */
  readonly promise: string;
  /** What an administrator sees, in which order, and what tempts them to do the wrong thing. Paragraphs of a few sentences, with empty lines between. */
  readonly story: string;
  /** How the trouble shows, in one or two short sentences: the first thing on the drill's page. The first of the story unless given. */
  readonly symptom?: string;
  /** What people do instead, and why not: a sentence each, "Don't …: …". */
  readonly wrongMoves?: readonly string[];
  /** Where the knowledge comes from. */
  readonly sources: readonly string[];
  /** Kebab-case words to find it by: `replace`, `luks`, `read-errors`. */
  readonly tags: readonly string[];
  readonly layout: ArrayLayout;
  /** The named layouts that it is made for, beside its own. */
  readonly layouts: readonly LayoutName[];
  readonly requires?: readonly Requirement[];
  /** Versions of which something else than `held` is known. */
  readonly knowledge?: readonly VersionKnowledge[];
  readonly payloadBytes: number;
  readonly steps: readonly Step[];
  /** The step with which a person who has this trouble begins; the first one after the last fault unless given. */
  readonly repairFrom?: string;
  /** What may be lost, in one sentence; nothing unless given. Which files exactly is predicted on the way ({@link DrillRun.predictLoss}). */
  readonly mayLose?: string;
  /** What follows the steps: the whole proof, or nothing (its checks are made on the way). */
  readonly proof: 'full' | 'none';
  /** None only for a demonstration. */
  readonly twin: Twin | null;
}
