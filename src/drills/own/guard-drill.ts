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

/** How to guard a drill that raidlab did not write. */
export interface DrillGuard {
  /** Changes with the drill's source, so that its build steps are distinguished even if their plans are the same. */
  readonly edition: string;
  /** Gives the error for a mistake in one of its functions; `cause` is what it threw. */
  readonly mistake: (problem: string, cause?: unknown) => RaidlabError;
}

/** Build steps whose plans say everything they do: their template serves every drill. */
const ownBuildSteps: readonly Step[] = [buildArray, writePayload];

/** Wraps a drill so that its mistakes are reported as such, not as bugs of raidlab: errors thrown by its steps, and invalid plans. */
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
        // What ends the run, and errors about the machine or a tool, are not the step's mistakes.
        throw run.ctx.signal.aborted || isOurs(error) ? error : guard.mistake(`the step ${name} threw: ${messageOf(error)}`, error);
      }
      const differs = run.announcement === before ? null : await whyNotAnnounced(run);
      if (differs !== null) throw guard.mistake(`the step ${name} ${differs}`, run.announcement);
    },
    ...(phase === 'build' && !ownBuildSteps.includes(step) ? { edition: guard.edition } : {}),
  };
}

/** Says how a step's statement about the members differs from what the array lists; null where it does not, or nothing is mounted that could tell. */
async function whyNotAnnounced(run: DrillRun): Promise<string | null> {
  if (!run.isOn || (await mountedArray(run, run.guest)) === null) return null;
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
