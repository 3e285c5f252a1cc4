import { formatCommand } from '../core/plan/command.ts';
import type { Command } from '../core/plan/command.ts';
import { blank, commandLine, line, span } from './line.ts';
import type { Line } from './line.ts';

/** A drill as it would be done: what `--plan` prints. */
export interface DrillPlan {
  readonly drill: string;
  readonly promise: string;
  readonly layout: string;
  readonly steps: readonly PlannedStep[];
}

/** A step as it would be done. */
export interface PlannedStep {
  readonly name: string;
  readonly title: string;
  /** Whether it is left out, by `--skip-step`. */
  readonly skipped: boolean;
  readonly lines: readonly ({ readonly kind: 'command'; readonly command: Command } | { readonly kind: 'act'; readonly text: string })[];
}

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
