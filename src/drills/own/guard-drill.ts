import { areSameMembers, describeMembers } from '../../core/array/members-shown.ts';
import { RaidlabError } from '../../core/failure/failure.ts';
import type { PlanLine } from '../../core/plan/drill-plan.ts';
import { KernelCrash } from '../../machine/kernel-crash.ts';
import { CommandRefused } from '../../storage/type-command.ts';
import type { Drill, Step } from '../drill.ts';
import type { DrillRun } from '../drill-run.ts';
import { lookAtMembers, mountedArray } from '../proof/examine-array.ts';
import { buildArray, writePayload } from '../steps/build-steps.ts';
import { messageOf } from './place-of-error.ts';
import { isRecord } from './shape.ts';

/** How a drill that raidlab did not write is looked after. */
export interface DrillGuard {
  /** What changes when its source does: its own build steps are told apart by it, whose plans may be the same. */
  readonly edition: string;
  /** Gives the error for a mistake of one of its functions; `cause` is what it threw. */
  readonly mistake: (problem: string, cause?: unknown) => RaidlabError;
}

/** Build steps whose plans say all that they do: a template of theirs serves every drill. */
const ownBuildSteps: readonly Step[] = [buildArray, writePayload];

/** Gives a drill whose mistakes are named as such, and are no bug of raidlab: what its steps throw, and plans that are none. */
export function guardDrill(drill: Drill, guard: DrillGuard): Drill {
  const steps = drill.steps.map((step) => guardStep(step, guard));
  if (drill.twin?.instead === undefined) return { ...drill, steps };
  return { ...drill, steps, twin: { ...drill.twin, instead: drill.twin.instead.map((step) => guardStep(step, guard)) } };
}

function guardStep(step: Step, guard: DrillGuard): Step {
  const { name, title, phase, skippable } = step;
  return {
    name,
    title,
    phase,
    skippable,
    plan: (array) => {
      try {
        const lines: unknown = step.plan(array);
        if (Array.isArray(lines) && lines.every(isPlanLine)) return lines;
      } catch (error) {
        throw isOurs(error) ? error : guard.mistake(`the plan of the step ${name} threw: ${messageOf(error)}`, error);
      }
      throw guard.mistake(`the plan of the step ${name} is not a list of lines: use typed(…) for commands, act(…) for manual acts.`);
    },
    run: async (run) => {
      const before = run.announcement;
      try {
        await step.run(run);
      } catch (error) {
        // What ends the run, and what is said about the machine or a tool, is no mistake of the step.
        throw run.ctx.signal.aborted || isOurs(error) ? error : guard.mistake(`the step ${name} threw: ${messageOf(error)}`, error);
      }
      const differs = run.announcement === before ? null : await whyNotAnnounced(run);
      if (differs !== null) throw guard.mistake(`the step ${name} ${differs}`, run.announcement);
    },
    ...(phase === 'build' && !ownBuildSteps.includes(step) ? { edition: guard.edition } : {}),
  };
}

/** Tells how what a step said of the members differs from what the array lists; null where it does not, or nothing is mounted that could tell. */
async function whyNotAnnounced(run: DrillRun): Promise<string | null> {
  if (!run.isOn || (await mountedArray(run.ctx, run.guest)) === null) return null;
  const { shown } = await lookAtMembers(run);
  if (shown.is === 'known' && areSameMembers(shown.members, run.members)) return null;
  const lists = shown.is === 'known' ? describeMembers(shown.members).join(', ') : `devid ${String(shown.devid)} on ${shown.guestDevice}`;
  return `says that the members of the array are ${describeMembers(run.members).join(', ')}, and the array lists ${lists}.`;
}

function isOurs(error: unknown): boolean {
  return error instanceof RaidlabError || error instanceof CommandRefused || error instanceof KernelCrash;
}

function isPlanLine(line: unknown): line is PlanLine {
  if (!isRecord(line)) return false;
  if (line.kind === 'act') return typeof line.text === 'string';
  return line.kind === 'command' && isRecord(line.command) && isWords(line.command.argv);
}

function isWords(value: unknown): boolean {
  return Array.isArray(value) && value.length > 0 && value.every((word) => typeof word === 'string');
}
