import { describeLayout } from '../core/layout/layout.ts';
import { describeScope } from '../drills/applicability.ts';
import type { Drill, Twin } from '../drills/drill.ts';
import type { DrillListing, TwinListing } from '../report/drill/drill-list-lines.ts';

/** Gives a drill as it is listed. */
export function listDrill(drill: Drill, isDefault: boolean): DrillListing {
  const { name, promise, story, sources, layout, payloadBytes, twin, tags, layouts, wrongMoves = [], mayLose = null } = drill;
  return {
    name,
    isDefault,
    promise,
    story,
    symptom: drill.symptom ?? firstSentence(story),
    wrongMoves,
    layout: describeLayout(layout),
    layouts,
    payloadBytes,
    tags,
    requires: (drill.requires ?? []).map((requirement) => ({ versions: describeScope(requirement), because: requirement.because })),
    knowledge: (drill.knowledge ?? []).map((known) => ({
      versions: describeScope(known),
      verdict: known.verdict,
      because: known.because,
      breaks: known.breaks,
      source: known.source,
    })),
    mayLose,
    repairFrom: drill.repairFrom ?? null,
    steps: drill.steps.map((step) => ({ name: step.name, title: step.title, phase: step.phase, skippable: step.skippable })),
    twin: twin === null ? null : listTwin(twin),
    sources,
  };
}

function firstSentence(text: string): string {
  return /^.*?[.!?](?=\s|$)/su.exec(text)?.[0] ?? text;
}

function listTwin({ because, breaks, skipStep, instead = [], layout }: Twin): TwinListing {
  return {
    because,
    breaks,
    skipStep: skipStep ?? null,
    instead: instead.map((step) => step.name),
    layout: layout === undefined ? null : describeLayout(layout),
  };
}
