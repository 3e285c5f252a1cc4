import { formatCommand } from '../../core/plan/command.ts';
import type { DrillPlan } from '../../core/plan/drill-plan.ts';
import { blank, commandLine, line, span } from '../text/line.ts';
import type { Line } from '../text/line.ts';
import { onOwnDisks } from './own-disks.ts';

/** Gives a plan as a person reads it, and can paste it. */
export function planLines(plan: DrillPlan): readonly Line[] {
  return [
    line(0, [span(plan.drill, 'strong'), span(`  ${plan.layout}`, 'quiet')]),
    line(0, plan.promise),
    ...(plan.machine === undefined ? [] : [line(0, [span(`${plan.machine.join('; ')}.`, 'quiet')])]),
    ...plan.steps.flatMap((step) => [blank, ...plannedStepLines(step)]),
    ...ownDisksLines(plan),
  ];
}

/** Gives what to type in another way on disks that are not a drill's, under its title; nothing where there is none. */
export function ownDisksLines(...plans: readonly (DrillPlan | null)[]): readonly Line[] {
  const advice = onOwnDisks(...plans);
  if (advice.length === 0) return [];
  return [blank, line(0, [span('On your own disks', 'strong')]), ...advice.map((text) => line(2, `- ${text}`, 4))];
}

/** Gives a step of a plan: its title and the name that `--skip-step` takes, then what would be typed and done. */
export function plannedStepLines({ name, title, skipped, lines }: DrillPlan['steps'][number], indent = 0): readonly Line[] {
  const head = line(indent, [span(title, 'strong'), span(`  ${name}${skipped ? ', left out' : ''}`, skipped ? 'doubtful' : 'quiet')]);
  if (skipped) return [head];
  return [
    head,
    ...lines.map((planned) =>
      planned.kind === 'command'
        ? commandLine(indent + 2, formatCommand(planned.command), 'plain')
        : line(indent + 2, [span(`(${planned.text})`, 'quiet')], indent + 3),
    ),
  ];
}
