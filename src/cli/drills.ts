import { object, or } from '@optique/core/constructs';
import { message } from '@optique/core/message';
import { multiple, optional } from '@optique/core/modifiers';
import type { InferValue } from '@optique/core/parser';
import { argument, command, constant, option } from '@optique/core/primitives';
import { harmlessJson } from '../core/text/harmless-text.ts';
import { exitCodes } from '../core/exit-code.ts';
import type { ExitCode } from '../core/exit-code.ts';
import { drillListLines } from '../report/drill/drill-list-lines.ts';
import { drillPageLines } from '../report/drill/drill-page-lines.ts';
import type { Cli } from './cli.ts';
import { defineCommand } from './define-command.ts';
import type { Example } from './help-page.ts';
import { loadTypedDrill } from './options/typed-drill.ts';
import { knownWord } from './options/value-parsers.ts';

// The drills import nearly everything, so they are loaded only when needed, not when the command line is parsed.
const registry = async () => import('../drills/registry.ts');

const drillName = knownWord('NAME', async () =>
  (await registry()).drills.map((drill) => ({ word: drill.name, description: drill.promise })),
);

const tagName = knownWord('TAG', async () => (await registry()).drillTags.map((word) => ({ word })));

const showArguments = command('show', argument(drillName, { description: message`The drill, by name or file.` }), {
  brief: message`Explains a drill: promise, story, commands, what not to do, its twin, sources.`,
});

/** What `raidlab drills` does without a subcommand. */
const lsArguments = command('ls', constant(undefined), { brief: message`Lists the drills, like "raidlab drills" alone.` });

/** The command line of `raidlab drills`. */
const drillsArguments = command(
  'drills',
  object({
    shown: optional(or(showArguments, lsArguments)),
    tags: multiple(option('--tag', tagName, { description: message`Only drills with this tag. Can be given more than once.` })),
    json: option('--json', { description: message`Prints one JSON document.` }),
  }),
  { brief: message`Lists the drills; "drills show NAME" explains one.` },
);

/** The parsed command line of `raidlab drills`. */
type DrillsCommand = InferValue<typeof drillsArguments>;

/** Examples for `raidlab drills`. */
const drillsExamples: readonly Example[] = [
  { words: 'drills', does: 'All drills: what each promises, its steps, its twin.' },
  { words: 'drills show replace-missing-disk', does: 'One drill: story, commands, what not to do, sources.' },
  { words: 'drills ls --tag luks', does: 'Only the drills about LUKS containers.' },
  { words: 'drills --json', does: 'The list as JSON.' },
];

/** Lists the drills, or explains one. */
async function runDrillsCommand(cli: Cli, asked: DrillsCommand): Promise<ExitCode> {
  if (asked.shown !== undefined) return show(cli, asked.shown, asked.json);
  const { drills, defaultDrill, selectTagged } = await registry();
  const { listDrill } = await import('./list-drill.ts');
  const listing = (asked.tags.length === 0 ? drills : selectTagged(drills, asked.tags)).map((drill) =>
    listDrill(drill, drill === defaultDrill),
  );
  if (asked.json) cli.screen.data(`${harmlessJson({ v: 1, drills: listing })}\n`);
  else cli.screen.keep(drillListLines(listing, cli.program));
  return exitCodes.held;
}

async function show(cli: Cli, name: string, asJson: boolean): Promise<ExitCode> {
  const { defaultDrill } = await registry();
  const { planDrill } = await import('../drills/plan-drill.ts');
  const { twinOf } = await import('../drills/twin.ts');
  const { listDrill } = await import('./list-drill.ts');
  const drill = await loadTypedDrill(name, cli.cwdHostPath);
  const worse = drill.twin === null ? null : twinOf(drill, drill.twin);
  const page = {
    drill: listDrill(drill, drill === defaultDrill),
    plan: planDrill(drill, { layout: drill.layout, skippedSteps: [] }),
    twinPlan: worse === null ? null : planDrill(worse.drill, { layout: worse.drill.layout, skippedSteps: worse.skippedSteps }),
  };
  if (asJson) cli.screen.data(`${harmlessJson({ v: 1, ...page })}\n`);
  else cli.screen.keep(drillPageLines(page, cli.program));
  return exitCodes.held;
}

/** `raidlab drills`. */
export const drillsCommand = defineCommand({ parser: () => drillsArguments, examples: drillsExamples, run: runDrillsCommand });
