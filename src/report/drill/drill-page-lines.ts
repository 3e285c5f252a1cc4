import type { DrillPlan } from '../../core/plan/drill-plan.ts';
import { formatSize } from '../../core/text/size.ts';
import { formatWorse, placeLines } from './drill-list-lines.ts';
import type { DrillListing, TwinListing } from './drill-list-lines.ts';
import { blank, commandLine, labelled, line, span } from '../text/line.ts';
import type { Line } from '../text/line.ts';
import { ownDisksLines, plannedStepLines } from './plan-lines.ts';

/** What a drill's page is made of. */
export interface DrillPage {
  readonly drill: DrillListing;
  readonly plan: DrillPlan;
  /** What its twin does; null when there is none. */
  readonly twinPlan: DrillPlan | null;
}

/** Gives what there is to know about a drill: promise, story, layout, what is done and typed, wrong moves, versions, twin, sources. */
export function drillPageLines({ drill, plan, twinPlan }: DrillPage, program: string): readonly Line[] {
  const required = drill.steps.filter((step) => !step.skippable).map((step) => step.name);
  return [
    line(0, [span(drill.name, 'strong'), ...(drill.isDefault ? [span('  the default', 'quiet')] : [])]),
    line(0, drill.promise),
    blank,
    labelled('array', drill.layout),
    labelled('payload', formatSize(drill.payloadBytes)),
    ...placeLines({ ...drill, knowledge: [] }),
    ...section('What you see', storyLines(drill.story)),
    ...section('What not to do', drill.wrongMoves.map(itemLine)),
    ...section('What to type', [
      ...plan.steps.flatMap((step, index) => [...(index === 0 ? [] : [blank]), ...plannedStepLines(step, 2)]),
      ...(required.length === 0 ? [] : [blank, line(2, [span(`Cannot be left out: ${required.join(', ')}.`, 'quiet')])]),
    ]),
    ...ownDisksLines(plan, twinPlan),
    ...section('Known about versions', drill.knowledge.flatMap(knownLines)),
    ...section('The twin', twinLines(drill, twinPlan, program)),
    ...section('Sources', drill.sources.map(itemLine)),
  ];
}

function section(title: string, lines: readonly Line[]): readonly Line[] {
  return lines.length === 0 ? [] : [blank, line(0, [span(title, 'strong')]), ...lines];
}

function itemLine(text: string): Line {
  return line(2, `- ${text}`, 4);
}

function storyLines(story: string): readonly Line[] {
  const paragraphs = story.split(/\n{2,}/u).map((paragraph) => line(2, paragraph));
  return paragraphs.flatMap((paragraph, index) => (index === 0 ? [paragraph] : [blank, paragraph]));
}

function knownLines({ versions, verdict, because, breaks, source }: DrillListing['knowledge'][number]): readonly Line[] {
  const broken = breaks.length === 0 ? '' : ` (${breaks.join(', ')})`;
  return [line(2, `- ${versions}: ${verdict}${broken}. ${because}`, 4), line(4, [span(`source: ${source}`, 'quiet')], 6)];
}

function twinLines({ name, twin }: DrillListing, plan: DrillPlan | null, program: string): readonly Line[] {
  if (twin === null || plan === null) return [line(2, 'None: this is a demonstration, which `--all` leaves out.')];
  return [
    commandLine(2, `${program} drill ${name} --twin`, 'plain'),
    line(2, `The same ${formatWorse(twin)}. It must come out broken: ${twin.because}`),
    labelled('breaks', twin.breaks.join(', ')),
    ...insteadLines(twin, plan),
  ];
}

/** Gives the steps that the twin does in the place of the drill's. */
function insteadLines({ instead }: TwinListing, plan: DrillPlan): readonly Line[] {
  return plan.steps.filter((step) => instead.includes(step.name)).flatMap((step) => [blank, ...plannedStepLines(step, 2)]);
}
