import { resolve } from 'node:path';
import { object } from '@optique/core/constructs';
import { message } from '@optique/core/message';
import { withDefault } from '@optique/core/modifiers';
import type { InferValue } from '@optique/core/parser';
import { command, option } from '@optique/core/primitives';
import { harmlessJson } from '../../core/text/harmless-text.ts';
import { exitCodes, mostSevere } from '../../core/exit-code.ts';
import type { ExitCode } from '../../core/exit-code.ts';
import type { ArrayPicture } from '../../core/array/array-picture.ts';
import type { ArrayLayout } from '../../core/layout/layout.ts';
import { applyWishes } from '../../core/layout/layout-wishes.ts';
import type { LabState } from '../../core/lab/lab-state.ts';
import { checkPayloadFits } from '../../core/layout/usable-space.ts';
import { machinesAtOnce } from '../../core/jobs/plan-jobs.ts';
import type { ReporterSpec } from '../../core/reporter-spec.ts';
import type { Drill } from '../../drills/drill.ts';
import type { DrillResult } from '../../drills/run-drill.ts';
import type { DrillRequest } from '../../drills/drill-request.ts';
import type { LabPlace } from '../../lab/place/lab-place.ts';
import type { LookedAtLab } from '../../lab/look-at-lab.ts';
import { measureHostRoom } from '../../machine/host/host-room.ts';
import { createMachineSlots } from '../../machine/machine-slots.ts';
import { labAfterLines } from '../../report/lab/lab-after-lines.ts';
import type { StepDone } from '../../report/lab/lab-after-lines.ts';
import { line } from '../../report/text/line.ts';
import type { Line } from '../../report/text/line.ts';
import { planLines } from '../../report/drill/plan-lines.ts';
import type { Cli } from '../cli.ts';
import { defineCommand } from '../define-command.ts';
import type { Example } from '../help-page.ts';
import { requireHostOf } from '../host-view.ts';
import { openHtmlReport } from '../run/html-report.ts';
import { openReporters } from '../run/reporters.ts';
import { withRun } from '../run/run.ts';
import { seedOf, seedOption } from '../options/seed-option.ts';
import { pathWord } from '../options/value-parsers.ts';
import { callOf } from './call-of.ts';
import { openLabContext } from './lab-context.ts';
import { labHouse, labOption, placeOf } from './lab-option.ts';

/** Gives the command line of `raidlab simulate-disk-failure`. */
const simulateArguments = (cli: Cli) =>
  command(
    'simulate-disk-failure',
    object({
      lab: labOption(cli),
      likeSeed: option('--like-seed', {
        description: message`Repairs it like the script raidlab grew out of, which exits 0 and leaves an array that looks healthy. The proof then shows what is wrong.`,
      }),
      plan: option('--plan', { description: message`Prints the commands without running anything.` }),
      json: option('--json', { description: message`Prints events, one JSON object per line (docs/events.md).` }),
      verbose: option('-v', '--verbose', { description: message`Shows every command with its output, and all evidence.` }),
      seed: seedOption,
      output: withDefault(
        option('--output', pathWord('DIR', 'directory'), { description: message`Directory for the evidence.` }),
        'raidlab-results',
      ),
    }),
    {
      brief: message`Loses the first disk of a lab, replaces it with the spare, and proves the result.`,
      description: message`The disk is lost during writes and replaced with the commands an administrator would type; the proof shows whether every byte and the redundancy survived. The lab is restarted for this. Afterwards it is on again, with the array as the repair left it, for you to inspect.`,
    },
  );

/** The parsed command line of `raidlab simulate-disk-failure`. */
type SimulateCommand = InferValue<ReturnType<typeof simulateArguments>>;

/** Examples for `raidlab simulate-disk-failure`. */
const simulateExamples: readonly Example[] = [
  { words: 'simulate-disk-failure', does: 'A disk fails and is replaced; then each disk in turn is lost, in a copy of the lab.' },
  { words: 'simulate-disk-failure --like-seed', does: 'The same as most people do it. Fix it by hand afterwards: raidlab ssh.' },
  { words: 'simulate-disk-failure --plan', does: 'Prints the commands.' },
];

/** Loses and replaces a disk of a lab, and proves the result; gives the exit code of the verdict. */
async function runSimulateCommand(cli: Cli, asked: SimulateCommand): Promise<ExitCode> {
  const { lendArray, requireAsBuilt, requireWorkable } = await import('../../lab/disks/lend-disks.ts');
  const place = await placeOf(cli, asked.lab);
  const { state: built, condition, picture } = await lookAt(cli, place);
  requireAsBuilt(built);
  // A lab that is on is checked before it is turned off; one that is off is checked by the drill's first step.
  if (picture !== null) requireWorkable(built, picture);
  const state = picture === null ? built : { ...built, layout: applyWishes(built.layout, { mountPoint: picture.mountPoint }) };
  const chosen = await chooseSimulation(asked.likeSeed);
  checkPayloadFits(state.layout, chosen.drill.payloadBytes);
  if (asked.plan) return printPlan(cli, asked, { drill: chosen.drill, state });

  await requireHostOf(cli);
  const [{ runDrill }, { runDrills }] = await Promise.all([import('../../drills/run-drill.ts'), import('../../drills/run-drills.ts')]);
  const reporters: readonly ReporterSpec[] = asked.json ? [{ name: 'json', file: undefined }] : [];
  const html = openHtmlReport();
  const options = {
    name: chosen.drill.name,
    resultsHostPath: resolve(cli.cwdHostPath, asked.output),
    presenters: openReporters(cli, reporters, { drills: 1, verbose: asked.verbose, cwdHostPath: cli.cwdHostPath }, html),
    html,
  };
  const request = { ...chosen, ...(await requestOf(cli, asked, state)) };
  let result: DrillResult | undefined;
  const run: typeof runDrill = async (ctx, given) => (result = await runDrill(ctx, given));
  const exitCode = await withRun(cli, options, async ({ ctx, openJob }) => {
    const job = openJob(chosen.drill.name);
    return lendArray(job.ctx, labHouse(cli), place, async (array) => {
      const jobs = [{ ...job, request: { ...request, array, runHostPath: job.hostPath } }];
      return mostSevere((await runDrills(ctx, jobs, { limit: 1, seed: request.seed }, run)).map((outcome) => outcome.exitCode));
    });
  });
  // It was on before, so the person wants to see the result.
  if (condition.is === 'on' && !cli.interruption.signal.aborted) {
    const steps = result === undefined ? [] : stepsDone(chosen.drill, result);
    await turnOnAgain(cli, place, asked, (picture) => labAfterLines(place.name, picture, state.layout, steps));
  }
  return exitCode;
}

type Simulation = Pick<DrillRequest, 'drill' | 'payloadBytes' | 'skippedSteps' | 'expectation'>;

async function chooseSimulation(likeSeed: boolean): Promise<Simulation> {
  const [{ simulateDiskFailure: drill }, { twinOf }] = await Promise.all([
    import('../../drills/simulate-disk-failure.ts'),
    import('../../drills/twin.ts'),
  ]);
  const { payloadBytes, twin } = drill;
  return likeSeed && twin !== null ? { ...twinOf(drill, twin), payloadBytes } : { drill, payloadBytes, skippedSteps: [] };
}

/** Beside a person's own files, raidlab writes its files only once. */
function withoutCopies(layout: ArrayLayout): ArrayLayout {
  return { ...layout, nodatacow: [], snapshot: false };
}

async function requestOf(
  cli: Cli,
  asked: SimulateCommand,
  { layout, kernel, tools, memoryMiB, accelerator }: LabState,
): Promise<Omit<DrillRequest, keyof Simulation | 'runHostPath'>> {
  return {
    layout: withoutCopies(layout),
    kernel,
    tools,
    memoryMiB,
    accelerator: accelerator ?? undefined,
    seed: seedOf(asked.seed),
    strict: false,
    store: cli.store,
    templates: { mode: 'fork', renewed: new Set() },
    slots: createMachineSlots(machinesAtOnce(await measureHostRoom(memoryMiB, cli.allottedCores))),
    mirrors: cli.mirrors,
  };
}

async function printPlan(
  cli: Cli,
  { json, likeSeed }: SimulateCommand,
  { drill, state }: { readonly drill: Drill; readonly state: LabState },
): Promise<ExitCode> {
  const { planDrill } = await import('../../drills/plan-drill.ts');
  const plan = planDrill(drill, { layout: withoutCopies(state.layout), skippedSteps: [] });
  if (json) cli.screen.data(`${harmlessJson({ v: 1, likeSeed, ...plan })}\n`);
  else cli.screen.keep(planLines(plan));
  return exitCodes.held;
}

async function lookAt(cli: Cli, place: LabPlace): Promise<LookedAtLab> {
  const { lookAtLab } = await import('../../lab/look-at-lab.ts');
  using ctx = openLabContext(cli, `Looking at ${place.name}`);
  return await lookAtLab(ctx, place, labHouse(cli).raidlabVersion);
}

function stepsDone({ steps }: Drill, result: DrillResult): readonly StepDone[] {
  return steps.map(({ name, title }) => ({ title, completed: result.steps.some((step) => step.name === name && step.completed) }));
}

async function turnOnAgain(
  cli: Cli,
  place: LabPlace,
  { likeSeed, json }: SimulateCommand,
  linesOf: (picture: ArrayPicture | null) => readonly Line[],
): Promise<void> {
  const { askLocked } = await import('../../lab/bring-up.ts');
  {
    using ctx = openLabContext(cli, `Turning ${place.name} on again`);
    await askLocked(ctx, labHouse(cli), place, { op: 'up', provision: false });
  }
  if (json) return;
  const { picture } = await lookAt(cli, place);
  const call = callOf(cli, place.name);
  const next = likeSeed ? `Fix it by hand: \`${call('ssh')}\`.` : `Inspect it: \`${call('status')}\`, \`${call('ssh')}\`.`;
  cli.screen.keep([...linesOf(picture), line(0, next)]);
}

/** `raidlab simulate-disk-failure`. */
export const simulateCommand = defineCommand({ parser: simulateArguments, examples: simulateExamples, run: runSimulateCommand });
