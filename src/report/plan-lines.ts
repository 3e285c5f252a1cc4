import { formatCommand } from '../core/plan/command.ts';
import type { DrillPlan } from '../core/plan/drill-plan.ts';
import { blank, commandLine, line, span } from './line.ts';
import type { Line } from './line.ts';

/** Gives a plan as a person reads it, and can paste it. */
export function planLines(plan: DrillPlan): readonly Line[] {
  return [
    line(0, [span(plan.drill, 'strong'), span(`  ${plan.layout}`, 'quiet')]),
    line(0, plan.promise),
    ...plan.steps.flatMap((step) => [
      blank,
      line(0, [span(step.title, 'strong'), span(`  ${step.name}${step.skipped ? ', left out' : ''}`, step.skipped ? 'doubtful' : 'quiet')]),
      ...(step.skipped
        ? []
        : step.lines.map((planned) =>
            planned.kind === 'command'
              ? commandLine(2, formatCommand(planned.command), 'plain')
              : line(2, [span(`(${planned.text})`, 'quiet')], 3),
          )),
    ]),
  ];
}
