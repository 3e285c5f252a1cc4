import { resolve } from 'node:path';
import { object } from '@optique/core/constructs';
import { dependency } from '@optique/core/dependency';
import { message } from '@optique/core/message';
import { multiple, optional, withDefault } from '@optique/core/modifiers';
import type { InferValue } from '@optique/core/parser';
import { argument, command, constant, option } from '@optique/core/primitives';
import { choice, integer } from '@optique/core/valueparser';
import { harmlessJson } from '../core/text/harmless-text.ts';
import type { ExitCode } from '../core/exit-code.ts';
import { accelerators } from '../core/host/accelerator.ts';
import { exitCodes, mostSevere } from '../core/exit-code.ts';
import { warnOfLayout } from '../core/layout/layout-mistakes.ts';
import { labelJobs } from '../core/jobs/label-jobs.ts';
import { machinesAtOnce, planJobs } from '../core/jobs/plan-jobs.ts';
import type { ReporterSpec } from '../core/reporter-spec.ts';
import type { DrillRequest } from '../drills/drill-request.ts';
import { defaultSuite, requireSuite } from '../machine/image/packages/suite.ts';
import { describeForeseen } from '../machine/image/tools/tools-for-kernel.ts';
import { measureHostRoom } from '../machine/host/host-room.ts';
import { createMachineSlots } from '../machine/machine-slots.ts';
import type { MachineSlots } from '../machine/machine-slots.ts';
import { blank } from '../report/text/line.ts';
import { planLines } from '../report/drill/plan-lines.ts';
import { chooseDrills } from './options/choose-drills.ts';
import type { ChosenDrill } from './options/choose-drills.ts';
import type { Cli } from './cli.ts';
import type { Example } from './help-page.ts';
import { requireHostOf } from './host-view.ts';
import { openHtmlReport } from './run/html-report.ts';
import { keepMachine } from './run/keep-machine.ts';
import { layoutOptions } from './options/layout-options.ts';
import { foreseeParts, kernelName, resolveKernel, toolsName } from './options/kernel-option.ts';
import type { ForeseenParts } from './options/kernel-option.ts';
import { checkReporters, openReporters } from './run/reporters.ts';
import { withRun } from './run/run.ts';
import { seedOf, seedOption } from './options/seed-option.ts';
import { knownWord, pathWord, reporter, size } from './options/value-parsers.ts';
import type { KnownWord } from './options/value-parsers.ts';

// The drills import nearly everything, so they are loaded only when needed, not when the command line is parsed.
const registry = async () => import('../drills/registry.ts');

const drillName = dependency(
  knownWord('NAME', async () => (await registry()).drills.map((drill) => ({ word: drill.name, description: drill.promise })), {
    type: 'file',
    extensions: ['.ts', '.mts', '.js', '.mjs'],
  }),
);

const stepName = drillName.deriveAsync({
  metavar: 'STEP',
  // An empty name stands for the default drill, which is known only once the drills are loaded.
  defaultValue: () => '',
  factory: (name: string) => knownWord('STEP', async () => stepsThatCanBeLeftOut(name)),
});

async function stepsThatCanBeLeftOut(name: string): Promise<readonly KnownWord[]> {
  const { defaultDrill, findDrill } = await registry();
  const drill = name === '' ? defaultDrill : findDrill(name);
  return drill.steps.filter((step) => step.skippable).map((step) => ({ word: step.name, description: step.title }));
}

const tagName = knownWord('TAG', async () => (await registry()).drillTags.map((word) => ({ word })));

/** The command line of `raidlab drill`. */
export const drillArguments = command(
  'drill',
  object({
    command: constant('drill'),
    names: multiple(
      argument(drillName, {
        description: message`The drills to run: names, patterns ('replace-*') or files of your own (./my-drill.ts). \`raidlab drills\` lists them.`,
      }),
    ),
    all: option('--all', { description: message`Runs every drill except demonstrations, which promise nothing.` }),
    tags: multiple(option('--tag', tagName, { description: message`Only drills with this tag. Can be given more than once.` })),
    twin: option('--twin', {
      description: message`Runs the twin of each drill instead: the drill with a deliberate mistake, which must come out broken.`,
    }),
    withTwin: option('--with-twin', {
      description: message`Runs each drill and its twin; the report lays them side by side.`,
    }),
    strict: option('--strict', { description: message`Counts a skipped drill as inconclusive (exit 2).` }),
    repeat: withDefault(
      option('--repeat', integer({ metavar: 'N', min: 1, max: 1000 }), { description: message`Runs each drill N times.` }),
      1,
    ),
    jobs: optional(
      option('--jobs', '-j', integer({ metavar: 'N', min: 1, max: 256 }), {
        description: message`How many drills run at once (default: one per core, as far as memory allows).`,
      }),
    ),
    skipSteps: multiple(
      option('--skip-step', stepName, {
        description: message`Leaves out a step, to show what happens without it. Can be given more than once.`,
      }),
    ),
    plan: option('--plan', { description: message`Prints the commands without running anything.` }),
    json: option('--json', { description: message`Prints events, one JSON object per line (docs/events.md). Same as --reporter json.` }),
    reporters: multiple(
      option('--reporter', reporter, {
        description: message`Report format: list (the default, for people), json, junit, tap, github or html; printed, or written to FILE. Can be given more than once.`,
      }),
    ),
    verbose: option('-v', '--verbose', { description: message`Shows every command with its output, and all evidence.` }),
    seed: seedOption,
    payload: optional(
      option('--payload', size('SIZE', ['8MiB', '32MiB', '128MiB']), {
        description: message`How much data is written before the fault (default: 32 MiB, unless the drill says otherwise).`,
      }),
    ),
    ...layoutOptions,
    kernel: withDefault(
      option('--kernel', kernelName, {
        description: message`The kernel to test: a Debian suite, a version (6.12), .deb files, or a directory with vmlinuz and modules.`,
      }),
      defaultSuite,
    ),
    tools: optional(
      option('--tools', toolsName, {
        description: message`Debian suite for btrfs-progs, cryptsetup and the other tools (default: ${defaultSuite}, or the newest one that runs on the kernel).`,
      }),
    ),
    memory: withDefault(
      option('--memory', integer({ metavar: 'MIB', min: 256, max: 65536 }), { description: message`Memory of the machine, MiB.` }),
      1024,
    ),
    accelerator: withDefault(
      option('--accelerator', choice(['auto', ...accelerators], { metavar: 'NAME' }), {
        description: message`auto uses KVM if a kernel really boots under it, otherwise software emulation.`,
      }),
      'auto',
    ),
    cold: option('--cold', {
      description: message`Boots every machine and builds the array, instead of using saved templates.`,
    }),
    fresh: option('--fresh', { description: message`Rebuilds the templates before using them.` }),
    keep: option('--keep', { description: message`Keeps the machine running after the verdict, until Ctrl-C.` }),
    output: withDefault(
      option('--output', pathWord('DIR', 'directory'), { description: message`Directory for the evidence.` }),
      'raidlab-results',
    ),
  }),
  {
    usageLine: [{ type: 'literal', value: '[OPTION…] [NAME…]' }],
    brief: message`Runs drills: builds an array, breaks it, repairs it, proves the result.`,
    description: message`The array is encrypted btrfs on virtual disks in a throw-away machine. It breaks the way disks break, is repaired with the commands an administrator would type, and the drill proves whether every byte and the redundancy survived. A drill that does not apply to a layout, kernel or tool is skipped, with the reason.`,
  },
);

/** The parsed command line of `raidlab drill`. */
export type DrillCommand = InferValue<typeof drillArguments>;

/** Examples for `raidlab drill`. */
export const drillExamples: readonly Example[] = [
  { words: 'drill', does: 'The default drill: loses a disk, replaces it, then loses the other one.' },
  { words: 'drill --skip-step soft-balance', does: 'Leaves out the step most people forget: broken, exit 1.' },
  { words: 'drill --all --twin', does: 'Every drill with its deliberate mistake: each must come out broken.' },
  { words: 'drill --with-twin', does: 'The drill and its deliberate mistake: report.html shows where they part.' },
  { words: 'drill --plan', does: 'Prints the commands, to read or paste.' },
  { words: 'drill --kernel bookworm --tools bookworm', does: 'The same with the kernel and tools of Debian 12.' },
  { words: 'drill --all --jobs 2', does: 'Every drill, two at a time: a line each, then a table.' },
  { words: "drill 'replace-*' --repeat 5", does: 'All drills with such a name, five times each.' },
  { words: 'drill --json > events.ndjson', does: 'Events for a program.' },
  {
    words: 'drill --all --reporter junit=report.xml --reporter github',
    does: 'For CI: a JUnit file, GitHub annotations, and the list.',
  },
];

/** Runs drills, or prints their plans; gives the most severe exit code of their verdicts. */
export async function runDrillCommand(cli: Cli, asked: DrillCommand): Promise<ExitCode> {
  // Checked before there is a run, so that a bad request leaves nothing behind.
  const chosen = await chooseDrills(asked, cli.cwdHostPath);
  if (asked.tools !== undefined) requireSuite(asked.tools, cli.mirrors);
  const parts = await foreseeParts(cli, await resolveKernel(cli, asked.kernel), asked.tools);
  const reporters: readonly ReporterSpec[] = asked.json ? [{ name: 'json', file: undefined }, ...asked.reporters] : asked.reporters;
  checkReporters(reporters);
  if (asked.plan) return printPlans(cli, chosen, { asked, parts });
  await requireHostOf(cli);

  const { runDrills } = await import('../drills/run-drills.ts');
  const drills = Array.from({ length: asked.repeat }, () => chosen).flat();
  const labels = labelJobs(drills.map(({ drill, expectation }) => (expectation === undefined ? drill.name : `${drill.name}-twin`)));
  const room = await measureHostRoom(asked.memory);
  const { limit, remark } = planJobs(room, drills.length, asked.jobs);
  const shared = sharedRequest(cli, { ...asked, ...parts }, createMachineSlots(machinesAtOnce(room)));
  const html = openHtmlReport();
  const listOptions = { drills: drills.length, verbose: asked.verbose, cwdHostPath: cli.cwdHostPath };
  const options = {
    name: nameOfRun(chosen),
    resultsHostPath: resolve(cli.cwdHostPath, asked.output),
    presenters: openReporters(cli, reporters, listOptions, html),
    html,
  };
  return withRun(cli, options, async ({ ctx, openJob }) => {
    const remarks = new Set([...(remark === null ? [] : [remark]), ...chosen.flatMap(({ layout }) => warnOfLayout(layout))]);
    for (const text of remarks) ctx.emit({ type: 'remark-made', text });
    const jobs = drills.map((drill, index) => {
      const open = openJob(labels[index] ?? drill.drill.name);
      const keep: DrillRequest['keep'] = async (machine) => keepMachine(cli, open.ctx, machine);
      return { ...open, request: { ...shared, ...drill, runHostPath: open.hostPath, ...(asked.keep ? { keep } : {}) } };
    });
    const outcomes = await runDrills(ctx, jobs, limit);
    return mostSevere(outcomes.map((outcome) => outcome.exitCode));
  });
}

/** What all drills of a run have in common. */
function sharedRequest(
  cli: Cli,
  asked: Omit<DrillCommand, 'tools'> & ForeseenParts,
  slots: MachineSlots,
): Omit<DrillRequest, keyof ChosenDrill | 'runHostPath'> {
  return {
    seed: seedOf(asked.seed),
    strict: asked.strict,
    kernel: asked.kernel,
    tools: asked.tools,
    memoryMiB: asked.memory,
    accelerator: asked.accelerator === 'auto' ? undefined : asked.accelerator,
    store: cli.store,
    templates: { mode: asked.cold ? 'cold' : asked.fresh ? 'fresh' : 'fork', renewed: new Set<string>() },
    slots,
    mirrors: cli.mirrors,
  };
}

/** A run is named after its drill, or after how many there are. */
function nameOfRun(chosen: readonly ChosenDrill[]): string {
  const [only, ...others] = new Set(chosen.map(({ drill }) => drill.name));
  return only !== undefined && others.length === 0 ? only : `${String(chosen.length)}-drills`;
}

async function printPlans(
  cli: Cli,
  chosen: readonly ChosenDrill[],
  { asked, parts }: { readonly asked: DrillCommand; readonly parts: ForeseenParts },
): Promise<ExitCode> {
  const { planDrill } = await import('../drills/plan-drill.ts');
  const { tools, foreseen } = parts;
  const machine = describeForeseen(foreseen, tools);
  const plans = chosen.map(({ drill, layout, skippedSteps }) => planDrill(drill, { layout: parts.fit(layout), skippedSteps, machine }));
  if (asked.json) cli.screen.data(plans.map((plan) => `${harmlessJson({ v: 1, ...plan })}\n`).join(''));
  else cli.screen.keep(plans.flatMap((plan, index) => [...(index === 0 ? [] : [blank, blank]), ...planLines(plan)]));
  return exitCodes.held;
}
