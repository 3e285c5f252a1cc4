import { formatCommand } from '../../core/plan/command.ts';
import type { DrillPlan, PlanLine } from '../../core/plan/drill-plan.ts';
import type { RecordedLine, Recording } from './recording.ts';

/** A line of a step on its page: what a person does, or what was typed and printed. */
export type StepLine = RecordedLine | { readonly act: string };

type PlannedStep = DrillPlan['steps'][number];

/**
 * Combines a step's plan with its recording: acts occur only in the plan, and so do commands restored from a template. A recording from
 * before the drill changed says nothing about the current commands, and is left out.
 */
export function mergeStep(step: PlannedStep, recording: Recording | null): readonly StepLine[] {
  const planned = step.lines.map(plainLine);
  const recorded = recording?.steps.find(({ name }) => name === step.name);
  if (recorded === undefined || recorded.lines.length === 0) return planned;
  return matchLines(step.lines, recorded.lines) ?? planned;
}

/** Gives the names of the steps whose recordings differ from the plan or are missing. */
export function changedSteps(plan: DrillPlan, recording: Recording): readonly string[] {
  return plan.steps
    .filter((step) => step.name !== 'proof' && !step.skipped)
    .filter((step) => {
      const recorded = recording.steps.find(({ name }) => name === step.name);
      // A refusal that is the finding leaves the rest of its step and all later steps undone.
      if (recorded === undefined) return recording.steps.every(({ outcome }) => outcome !== 'not completed');
      return recorded.outcome === 'completed' && matchLines(step.lines, recorded.lines) === null;
    })
    .map((step) => step.name);
}

/** Puts recorded commands into their places in the plan; null when a planned command was not typed, in this order. */
function matchLines(planned: readonly PlanLine[], recorded: readonly RecordedLine[]): readonly StepLine[] | null {
  const merged: StepLine[] = [];
  let next = 0;
  for (const line of planned) {
    if (line.kind === 'act') {
      merged.push(plainLine(line));
      continue;
    }
    const form = patternOf(formatCommand(line.command));
    const at = recorded.findIndex((each, index) => index >= next && 'command' in each && form.test(each.command));
    if (at === -1) return null;
    merged.push(...recorded.slice(next, at + 1));
    next = at + 1;
  }
  return [...merged, ...recorded.slice(next)];
}

function plainLine(line: PlanLine): StepLine {
  return line.kind === 'act' ? { act: line.text } : { command: formatCommand(line.command), exitCode: 0, said: [] };
}

/** Values that are unknown before a run appear in plans as words in capitals: `UUID-OF-DISK1`, `/sys/class/block/NAME/stat`. */
function patternOf(planned: string): RegExp {
  const literal = planned.replaceAll(/[\\^$.*+?()[\]{}|]/gu, String.raw`\$&`);
  return new RegExp(`^${literal.replaceAll(/\b[A-Z]{4,}(?:-OF-DISK\d+)?\b/gu, '.+')}$`, 'su');
}
