import type { DrillPlan } from '../core/plan/drill-plan.ts';
import { formatSize } from '../core/size.ts';
import type { DrillListing } from './drill-list-lines.ts';
import { blank, commandLine, labelled, line, span } from './line.ts';
import type { Line } from './line.ts';
import { plannedStepLines } from './plan-lines.ts';

/** Gives what there is to know about a drill: promise, story, layout, what is done and typed, twin, sources. */
export function drillPageLines(drill: DrillListing, plan: DrillPlan, program: string): readonly Line[] {
  const required = drill.steps.filter((step) => !step.skippable).map((step) => step.name);
  return [
    line(0, [span(drill.name, 'strong'), ...(drill.isDefault ? [span('  the default', 'quiet')] : [])]),
    line(0, drill.promise),
    blank,
    labelled('array', drill.layout),
    labelled('payload', formatSize(drill.payloadBytes)),
    ...section('The story', [line(2, drill.story)]),
    ...section('What is done, and typed', [
      ...plan.steps.flatMap((step, index) => [...(index === 0 ? [] : [blank]), ...plannedStepLines(step, 2)]),
      ...(required.length === 0 ? [] : [blank, line(2, [span(`Cannot be left out: ${required.join(', ')}.`, 'quiet')])]),
    ]),
    ...section('The twin', twinLines(drill, program)),
    ...section(
      'Sources',
      drill.sources.map((source) => line(2, `- ${source}`, 4)),
    ),
  ];
}

function section(title: string, lines: readonly Line[]): readonly Line[] {
  return lines.length === 0 ? [] : [blank, line(0, [span(title, 'strong')]), ...lines];
}

function twinLines({ name, twin }: DrillListing, program: string): readonly Line[] {
  if (twin === null) return [line(2, 'None: this is a demonstration, and `--all` leaves it out.')];
  return [commandLine(2, `${program} drill ${name} --twin`, 'plain'), line(2, `must come out broken: ${twin.because}`)];
}
