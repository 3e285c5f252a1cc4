import { object } from '@optique/core/constructs';
import { message } from '@optique/core/message';
import type { InferValue } from '@optique/core/parser';
import { command, constant, option } from '@optique/core/primitives';
import { exitCodes } from '../core/exit-code.ts';
import type { ExitCode } from '../core/exit-code.ts';
import { describeLayout } from '../core/layout.ts';
import type { Drill } from '../drills/drill.ts';
import { drillListLines } from '../report/drill-list-lines.ts';
import type { DrillListing } from '../report/drill-list-lines.ts';
import type { Cli } from './cli.ts';
import type { Example } from './help-page.ts';

/** The command line of `raidlab drills`. */
export const drillsArguments = command(
  'drills',
  object({
    command: constant('drills'),
    json: option('--json', { description: message`Prints one JSON document.` }),
  }),
  { brief: message`Lists the drills: what each promises, its steps, and its twin.` },
);

/** What `raidlab drills` was asked for. */
export type DrillsCommand = InferValue<typeof drillsArguments>;

/** Command lines of `raidlab drills` worth typing. */
export const drillsExamples: readonly Example[] = [
  { words: 'drills', does: 'What there is.' },
  { words: 'drills --json', does: 'The same for a program.' },
];

/** Lists the drills. */
export async function runDrillsCommand(cli: Cli, asked: DrillsCommand): Promise<ExitCode> {
  const { drills, defaultDrill } = await import('../drills/registry.ts');
  const listing = drills.map((drill) => listDrill(drill, drill === defaultDrill));
  if (asked.json) cli.screen.data(`${JSON.stringify({ v: 1, drills: listing })}\n`);
  else cli.screen.keep(drillListLines(listing, cli.program));
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
    twin,
    sources,
  };
}
