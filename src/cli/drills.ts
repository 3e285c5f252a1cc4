import { object } from '@optique/core/constructs';
import { message } from '@optique/core/message';
import { optional } from '@optique/core/modifiers';
import type { InferValue } from '@optique/core/parser';
import { argument, command, constant, option } from '@optique/core/primitives';
import { exitCodes } from '../core/exit-code.ts';
import type { ExitCode } from '../core/exit-code.ts';
import { describeLayout } from '../core/layout.ts';
import type { Drill } from '../drills/drill.ts';
import { drillListLines } from '../report/drill-list-lines.ts';
import type { DrillListing } from '../report/drill-list-lines.ts';
import { drillPageLines } from '../report/drill-page-lines.ts';
import type { Cli } from './cli.ts';
import type { Example } from './help-page.ts';
import { knownWord } from './value-parsers.ts';

// The drills bring the whole house with them: they are loaded when they are needed, not when a command line is read.
const registry = async () => import('../drills/registry.ts');

const drillName = knownWord('NAME', async () =>
  (await registry()).drills.map((drill) => ({ word: drill.name, description: drill.promise })),
);

const showArguments = command('show', argument(drillName, { description: message`Which drill to explain.` }), {
  brief: message`Explains a drill: its promise and story, what is done and typed, its twin, where the knowledge comes from.`,
});

/** The command line of `raidlab drills`. */
export const drillsArguments = command(
  'drills',
  object({
    command: constant('drills'),
    shown: optional(showArguments),
    json: option('--json', { description: message`Prints one JSON document.` }),
  }),
  { brief: message`Lists the drills: what each promises, its steps, and its twin; "drills show NAME" explains one.` },
);

/** What `raidlab drills` was asked for. */
export type DrillsCommand = InferValue<typeof drillsArguments>;

/** Command lines of `raidlab drills` worth typing. */
export const drillsExamples: readonly Example[] = [
  { words: 'drills', does: 'What there is.' },
  { words: 'drills show replace-missing-disk', does: 'One of them: the story, every command, the wrong move, the sources.' },
  { words: 'drills --json', does: 'The same for a program.' },
];

/** Lists the drills, or explains one. */
export async function runDrillsCommand(cli: Cli, asked: DrillsCommand): Promise<ExitCode> {
  if (asked.shown !== undefined) return show(cli, asked.shown, asked.json);
  const { drills, defaultDrill } = await registry();
  const listing = drills.map((drill) => listDrill(drill, drill === defaultDrill));
  if (asked.json) cli.screen.data(`${JSON.stringify({ v: 1, drills: listing })}\n`);
  else cli.screen.keep(drillListLines(listing, cli.program));
  return exitCodes.held;
}

async function show(cli: Cli, name: string, asJson: boolean): Promise<ExitCode> {
  const { defaultDrill, findDrill } = await registry();
  const { planDrill } = await import('../drills/plan-drill.ts');
  const drill = findDrill(name);
  const listing = listDrill(drill, drill === defaultDrill);
  const plan = planDrill(drill, { layout: drill.layout, skippedSteps: [] });
  if (asJson) cli.screen.data(`${JSON.stringify({ v: 1, drill: listing, plan })}\n`);
  else cli.screen.keep(drillPageLines(listing, plan, cli.program));
  return exitCodes.held;
}

function listDrill(drill: Drill, isDefault: boolean): DrillListing {
  const { name, promise, story, sources, layout, payloadBytes, twin } = drill;
  return {
    name,
    isDefault,
    promise,
    story,
    layout: describeLayout(layout),
    payloadBytes,
    steps: drill.steps.map((step) => ({ name: step.name, title: step.title, phase: step.phase, skippable: step.skippable })),
    twin: twin === null ? null : { because: twin.because, breaks: twin.breaks, skipStep: twin.skipStep ?? null },
    tags: drill.tags,
    layouts: drill.layouts,
    sources,
  };
}
