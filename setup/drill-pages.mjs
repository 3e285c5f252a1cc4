// The pages about drills, from the drills themselves and what was recorded of them: docs/drills.md lists them, docs/drills/NAME.md explains one.
import { listDrill } from '../src/cli/list-drill.ts';
import { planDrill } from '../src/drills/plan-drill.ts';
import { defaultDrill, drills, drillTags } from '../src/drills/registry.ts';
import { twinOf } from '../src/drills/twin.ts';
import { formatWorse } from '../src/report/drill/drill-list-lines.ts';
import { drillMarkdown } from '../src/report/pages/drill-markdown.ts';
import { changedSteps } from '../src/report/pages/merge-step.ts';
import { readRecordings } from './recordings.mjs';

/** @typedef {import('../src/drills/drill.ts').Drill} Drill */

/**
 * Gives the pages by file, each as the parts of a page.
 *
 * @param {string} note that says where a page comes from
 * @returns {Readonly<Record<string, readonly string[]>>} page by file
 */
export function drillPages(note) {
  return {
    'docs/drills.md': indexPage(note),
    ...Object.fromEntries(drills.map((drill) => [`docs/drills/${drill.name}.md`, drillPage(drill, note)])),
  };
}

/** Gives the drills and twins that are not recorded, or whose steps have changed since: their pages lack output. */
export function unrecordedDrills() {
  return drills.flatMap((drill) => {
    const { plan, twinPlan, recording, twinRecording } = documentOf(drill);
    return [
      ...whatIsMissing(drill.name, plan, recording),
      ...(twinPlan === null ? [] : whatIsMissing(`${drill.name} --twin`, twinPlan, twinRecording)),
    ];
  });
}

/**
 * @param {string} name to be told
 * @param {import('../src/core/plan/drill-plan.ts').DrillPlan} plan as it is now
 * @param {import('../src/report/pages/recording.ts').Recording | null} recording of it
 */
function whatIsMissing(name, plan, recording) {
  if (recording === null) return [name];
  const changed = changedSteps(plan, recording);
  return changed.length === 0 ? [] : [`${name} (changed since: ${changed.join(', ')})`];
}

/** @param {string} note that says where the page comes from */
function indexPage(note) {
  const rows = drills.map((drill) => `| ${link(drill)} | ${drill.promise} | ${twinWords(drill)} |`);
  const tags = drillTags.map((tag) => {
    const those = drills.filter((drill) => drill.tags.includes(tag)).map(link);
    return `- **${tag}**: ${those.join(', ')}`;
  });
  const unrecorded = unrecordedDrills();
  return [
    '# Drills',
    note,
    'A drill is a promise, a fault, a repair and a proof. Its twin is the same drill with a mistake: a step left out, a wrong step in its place, or a layout that cannot survive the fault. It must come out `broken`, for the stated reason: a drill that cannot fail proves nothing.',
    'Each page begins with a card for whoever has this trouble now: symptom, what not to do, what to type, how to know that it worked, how long it takes. Below are the details, with output of a recorded run. `raidlab drills show NAME` explains a drill in the terminal, `raidlab drill --tag TAG` runs those with a tag, and a drill of your own is a file: see [own drills](own-drills.md).',
    ['| drill | promise | twin |', '|---|---|---|', ...rows].join('\n'),
    '## By tag',
    tags.join('\n'),
    ...(unrecorded.length === 0
      ? []
      : [`Not recorded, so their pages lack output: ${unrecorded.map((name) => `\`${name}\``).join(', ')}.`]),
  ];
}

/** @param {Drill} drill to be pointed at */
function link({ name }) {
  return `[${name}](drills/${name}.md)`;
}

/** @param {Drill} drill one with or without a twin */
function twinWords(drill) {
  const { twin } = listDrill(drill, false);
  return twin === null ? 'none: a demonstration' : formatWorse(twin);
}

/**
 * @param {Drill} drill what the page is about
 * @param {string} note that says where the page comes from
 */
function drillPage(drill, note) {
  return [`# ${drill.name}`, note, ...drillMarkdown(documentOf(drill))];
}

/** @param {Drill} drill what a page is about */
function documentOf(drill) {
  const worse = drill.twin === null ? null : twinOf(drill, drill.twin);
  const recorded = readRecordings(drill.name);
  return {
    drill: listDrill(drill, drill === defaultDrill),
    plan: planDrill(drill, { layout: drill.layout, skippedSteps: [] }),
    twinPlan: worse === null ? null : planDrill(worse.drill, { layout: worse.drill.layout, skippedSteps: worse.skippedSteps }),
    recording: recorded.drill,
    twinRecording: recorded.twin,
  };
}
