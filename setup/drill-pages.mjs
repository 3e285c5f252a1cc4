// The pages about drills, from the drills themselves: docs/drills.md lists them, docs/drills/NAME.md explains one.
import { formatCommand } from '../src/core/plan/command.ts';
import { planDrill } from '../src/drills/plan-drill.ts';
import { drills } from '../src/drills/registry.ts';

/**
 * Gives the pages by file, each as the parts of a page.
 *
 * @param {string} note that says where a page comes from
 * @returns {Readonly<Record<string, readonly string[]>>} page by file
 */
export function drillPages(note) {
  const list = drills.map((drill) => `| [${drill.name}](drills/${drill.name}.md) | ${drill.promise} | ${twinWords(drill)} |`);
  return {
    'docs/drills.md': [
      '# Drills',
      note,
      'A drill is one promise, the fault, the procedure and the proof. Its twin is the same drill with one step left out, which must come out `broken`: a drill that cannot fail proves nothing.',
      ['| drill | promise | twin |', '|---|---|---|', ...list].join('\n'),
    ],
    ...Object.fromEntries(drills.map((drill) => [`docs/drills/${drill.name}.md`, drillPage(drill, note)])),
  };
}

/** @param {import('../src/drills/drill.ts').Drill} drill one with or without a twin */
function twinWords(drill) {
  return drill.twin === null ? 'none: a demonstration' : `\`--skip-step ${drill.twin.skipStep}\``;
}

/**
 * @param {import('../src/drills/drill.ts').Drill} drill what the page is about
 * @param {string} note that says where the page comes from
 */
function drillPage(drill, note) {
  const plan = planDrill(drill, { layout: drill.layout, skippedSteps: [] });
  const steps = plan.steps.flatMap((step) => {
    const definition = drill.steps.find((each) => each.name === step.name);
    const skippable = definition?.skippable === true ? ` Can be left out: \`--skip-step ${step.name}\`.` : '';
    const lines = step.lines.map((line) => (line.kind === 'command' ? formatCommand(line.command) : `# ${line.text}`));
    return [`### ${step.title}`, `\`${step.name}\`.${skippable}`, ['```sh', ...lines, '```'].join('\n')];
  });
  const twin =
    drill.twin === null
      ? []
      : [
          '## The twin',
          `\`raidlab drill ${drill.name} --skip-step ${drill.twin.skipStep}\` must come out \`broken\`: ${drill.twin.because}`,
        ];
  return [
    `# ${drill.name}`,
    note,
    `**${drill.promise}**`,
    drill.story,
    `Layout: ${plan.layout}. In the commands, \`UUID-OF-DISK1\` and the like stand for LUKS UUIDs that are drawn anew for every array.`,
    '## What is done, and typed',
    ...steps,
    ...twin,
    '## Sources',
    drill.sources.map((source) => `- ${source}`).join('\n'),
  ];
}
