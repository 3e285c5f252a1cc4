import type { InitramfsMaker } from '../core/boot/initramfs-maker.ts';
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
  /** Whether the drill can still judge something without it. */
  readonly skippable: boolean;
  /** What would be typed and done, in order. Pure: `--plan` prints it, and `run` types the same values. */
  readonly plan: (array: ArrayPlan) => readonly PlanLine[];
  /** Runs it. */
  readonly run: (run: DrillRun) => Promise<void>;
  /** Whether the drill does it only to have something to prove, such as writing more files: whoever repairs an array of their own leaves it out. */
  readonly isForProof?: true;
  /** Whether it is what a person does before anything fails: a runbook has it apart. */
  readonly isBeforehand?: true;
  /** Changes when `run` does something else under the same plan, so that the template of a build step changes too. */
  readonly edition?: string;
}

/**
 * The same drill with a deliberate mistake, which must come out `broken`: a missing step, a wrong step in its place, or a layout that
 * cannot survive the fault.
 */
export interface Twin {
  /** Why it must break, in one sentence. */
  readonly because: string;
  /** The checks that are then broken: names, or globs with at least one match. Broken for another reason is a surprise. */
  readonly breaks: readonly string[];
  /** The step that is left out. */
  readonly skipStep?: string;
  /** Steps that each replace the one with the same name. */
  readonly instead?: readonly Step[];
  readonly layout?: ArrayLayout;
}

/** What a statement applies to: versions, as ranges such as `>=5.14` or `>=6.2 <6.5`, and a layout; anything left out does not matter. */
export interface VersionScope {
  /** Of the kernel under test. */
  readonly kernel?: string;
  /** Of btrfs-progs. */
  readonly tools?: string;
  /** The requested named layout (`--layout`). */
  readonly layout?: LayoutName;
}

/** What a drill requires; without it, it is skipped with the reason. */
export interface Requirement extends VersionScope {
  /** How members must be encrypted. Few drills run without containers: that is `onBareDisks`. */
  readonly encryption?: readonly Encryption[];
  /** The buses it can run on, if the kernel behaves as it says only there. */
  readonly buses?: readonly Bus[];
  /** Completes "skipped: ". */
  readonly because: string;
}

/** What is known of some versions: nothing is expected without a source or a measurement. */
export interface VersionKnowledge extends VersionScope, Pick<Expectation, 'verdict' | 'because' | 'breaks' | 'crashesIn'> {
  /** A page, a commit, a measurement. */
  readonly source: string;
}

/** One promise, the fault, the procedure, the proof. Each drill is one file. */
export interface Drill {
  /** Kebab-case. */
  readonly name: string;
  /** One sentence that is either kept or broken. */
  readonly promise: string;
  /** What an administrator sees, in order, and what tempts them to the wrong move. Paragraphs of a few sentences, separated by empty lines. */
  readonly story: string;
  /** How the trouble shows, in one or two short sentences: the first thing on the drill's page. By default the story's first sentence. */
  readonly symptom?: string;
  /** Common wrong moves, and why not: one sentence each, "Don't …: …". */
  readonly wrongMoves?: readonly string[];
  /** Where the knowledge comes from. */
  readonly sources: readonly string[];
  /** Kebab-case words for finding it: `replace`, `luks`, `read-errors`. */
  readonly tags: readonly string[];
  /** `installed`: its machine runs a whole Debian, which boots with systemd and its own kernel; by default raidlab's own small system. */
  readonly system?: 'installed';
  /** The maker of its installed system's initramfs, where what it types is for that one alone; by default any. */
  readonly initramfs?: InitramfsMaker;
  /** Gives the same drill as it is typed where another one makes it. */
  readonly forInitramfs?: (maker: InitramfsMaker) => Drill;
  /** Its machine has one more disk, on which an installed system whose root is the array has its /boot. */
  readonly hasBootDisk?: true;
  readonly layout: ArrayLayout;
  /** Named layouts it is made for, besides its own. */
  readonly layouts: readonly LayoutName[];
  /** Whether it also runs on members that are not encrypted; by default its steps open LUKS containers, as the whole proof does. */
  readonly onBareDisks?: true;
  readonly requires?: readonly Requirement[];
  /** Versions with a known result other than `held`. */
  readonly knowledge?: readonly VersionKnowledge[];
  readonly payloadBytes: number;
  readonly steps: readonly Step[];
  /** The step where a person with this trouble starts; by default the first one after the last fault. */
  readonly repairFrom?: string;
  /** Whether any member can be the lost one, not only the first. */
  readonly losesAny?: true;
  /** What may be lost, in one sentence; nothing by default. The drill predicts the exact files on the way ({@link DrillRun.predictLoss}). */
  readonly mayLose?: string;
  /** What follows the steps: the whole proof, or nothing (its checks are made on the way). */
  readonly proof: 'full' | 'none';
  /** Absent only for a demonstration. */
  readonly twin: Twin | null;
}
