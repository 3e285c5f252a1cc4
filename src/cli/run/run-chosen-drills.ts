import { resolve } from 'node:path';
import type { InferValue } from '@optique/core/parser';
import type { PlannedJob } from '../../core/event.ts';
import type { Shard } from '../../core/campaign/shard.ts';
import { shardsOf, splitRun } from '../../core/campaign/split-run.ts';
import type { SplitRun } from '../../core/campaign/split-run.ts';
import type { ExitCode } from '../../core/exit-code.ts';
import { exitCodes, mostSevere } from '../../core/exit-code.ts';
import { labelJobs } from '../../core/jobs/label-jobs.ts';
import { machinesAtOnce, planJobs } from '../../core/jobs/plan-jobs.ts';
import { warnOfLayout } from '../../core/layout/layout-mistakes.ts';
import { isSentBundle } from '../../core/reporter-spec.ts';
import type { ReporterSpec } from '../../core/reporter-spec.ts';
import { harmlessJson } from '../../core/text/harmless-text.ts';
import type { DrillRequest } from '../../drills/drill-request.ts';
import type { Context } from '../../machine/context.ts';
import { measureHostRoom } from '../../machine/host/host-room.ts';
import { requireSuite } from '../../machine/image/packages/suite.ts';
import { describeForeseen } from '../../machine/image/tools/tools-for-kernel.ts';
import { createMachineSlots } from '../../machine/machine-slots.ts';
import type { MachineSlots } from '../../machine/machine-slots.ts';
import { shardLines } from '../../report/drill/shard-lines.ts';
import { planLines } from '../../report/drill/plan-lines.ts';
import { blank } from '../../report/text/line.ts';
import { openScratch } from '../bundle/open-scratch.ts';
import type { Cli } from '../cli.ts';
import { requireHostOf } from '../host-view.ts';
import type { ChosenDrill } from '../options/choose-drills.ts';
import { resolveAlarm } from '../options/alarm-option.ts';
import type { alarmOption } from '../options/alarm-option.ts';
import { foreseeParts, resolveKernel } from '../options/kernel-option.ts';
import type { ForeseenParts } from '../options/kernel-option.ts';
import type { initramfsOption, jobsOption, keepOption, MachineOptions, outputOption, ShowOptions } from '../options/run-options.ts';
import { seedOf } from '../options/seed-option.ts';
import type { seedOption } from '../options/seed-option.ts';
import { noHtmlReport, openHtmlReport } from './html-report.ts';
import { keepMachine } from './keep-machine.ts';
import { checkReporters, openReporters } from './reporters.ts';
import { withRun } from './run.ts';
import type { OpenJob, OpenRun } from './run.ts';

/** What a command line says of a run of drills, whatever the drills. */
export interface RunWishes extends MachineOptions, ShowOptions {
  /** The run's name, for its directory. */
  readonly name: string;
  /** Prints the plans of the drills, and runs nothing. */
  readonly plan: boolean;
  readonly strict: boolean;
  readonly jobs: InferValue<typeof jobsOption>;
  readonly seed: InferValue<typeof seedOption>;
  readonly keep: InferValue<typeof keepOption>;
  readonly output: InferValue<typeof outputOption>;
  /** The part that is run here; with `plan`, all parts are shown. */
  readonly shard?: Shard | undefined;
  /** What is done when all drills have ended, still in the run; gives an exit code of its own. Not when the run is interrupted. */
  readonly finish?: (run: Pick<OpenRun, 'ctx' | 'hostPath'> & { readonly seed: string }) => Promise<ExitCode>;
  /** A person's monitoring command, run beside the drills. */
  readonly alarm?: InferValue<typeof alarmOption>;
  /** What does the proof's reboot. */
  readonly boot?: DrillRequest['boot'] | undefined;
  /** Runs the drills somewhere else, as they are planned here; gives the exit code. */
  readonly elsewhere?: (whole: readonly PlannedJob[], reporters: readonly ReporterSpec[]) => Promise<ExitCode>;
  /** What makes the initramfs of installed systems. */
  readonly initramfs?: InferValue<typeof initramfsOption>;
  /** What to tell beforehand, besides what the layouts ask for. */
  readonly remarks?: readonly string[];
}

/** Runs drills in the given order, or prints their plans; gives the most severe exit code of their verdicts. */
export async function runChosenDrills(cli: Cli, drills: readonly ChosenDrill[], asked: RunWishes): Promise<ExitCode> {
  if (asked.tools !== undefined) requireSuite(asked.tools, cli.mirrors);
  const parts = await foreseeParts(cli, await resolveKernel(cli, asked.kernel), asked.tools);
  const reporters: readonly ReporterSpec[] = asked.json ? [{ name: 'json', file: undefined }, ...asked.reporters] : asked.reporters;
  const caller = `raidlab ${cli.argv[0] ?? ''}`;
  checkReporters(reporters, caller);
  const alarm = asked.alarm === undefined ? undefined : await resolveAlarm(asked.alarm, cli.cwdHostPath, caller);
  const { planJob, runDrills } = await import('../../drills/run-drills.ts');
  const room = await measureHostRoom(asked.memory, cli.allottedCores);
  const shared = {
    ...sharedRequest(cli, { ...asked, ...parts }, createMachineSlots(machinesAtOnce(room))),
    ...(alarm === undefined ? {} : { alarm }),
  };
  const labels = labelJobs(
    drills.map(({ drill, expectation, label }) => label ?? (expectation === undefined ? drill.name : `${drill.name}-twin`)),
  );
  const whole = drills.map((drill, index) => {
    const suite = asked.tools === undefined ? suiteOfSystem(drill, shared) : {};
    return { job: labels[index] ?? drill.drill.name, drill, request: { ...shared, ...drill, ...suite } };
  });
  const split = asked.shard === undefined ? undefined : splitRun(whole.map(planJob), asked.shard);
  if (asked.plan) return split === undefined ? printPlans(cli, whole, { asked, parts }) : printShards(cli, split, asked);
  if (asked.elsewhere !== undefined) return asked.elsewhere(whole.map(planJob), reporters);
  await requireHostOf(cli);

  const here = split === undefined ? whole : split.here.flatMap((index) => whole[index] ?? []);
  const { limit, remark } = planJobs(room, here.length, asked.jobs);
  const isSent = reporters.some(isSentBundle);
  const html = isSent && reporters.every(({ name }) => name !== 'html') ? noHtmlReport : openHtmlReport();
  await using sent = isSent ? await openScratch(cli, 'sent') : undefined;
  const listOptions = { drills: here.length, verbose: asked.verbose, cwdHostPath: cli.cwdHostPath };
  const options = {
    name: asked.name,
    resultsHostPath: sent?.hostPath ?? resolve(cli.cwdHostPath, asked.output),
    presenters: openReporters(cli, reporters, listOptions, html),
    html,
  };
  // Awaited: the place of a run that is sent goes when this function ends.
  return await withRun(cli, options, async ({ ctx, hostPath, openJob }) => {
    const remarks = new Set([
      ...(remark === null ? [] : [remark]),
      ...(asked.remarks ?? []),
      ...drills.flatMap(({ layout }) => warnOfLayout(layout)),
    ]);
    for (const text of remarks) ctx.emit({ type: 'remark-made', text });
    const jobs = here.map(({ job, drill, request }) => {
      const open = heard(openJob(job), drill.listen);
      const keep: DrillRequest['keep'] = async (machine) => keepMachine(cli, open.ctx, machine);
      return { ...open, request: { ...request, runHostPath: open.hostPath, ...(asked.keep ? { keep } : {}) } };
    });
    const plan = { limit, seed: shared.seed, ...(split === undefined ? {} : { shard: split.shard }) };
    const outcomes = await runDrills(ctx, jobs, plan);
    const finished = (await asked.finish?.({ ctx, hostPath, seed: shared.seed })) ?? exitCodes.held;
    return mostSevere([...outcomes.map((outcome) => outcome.exitCode), finished]);
  });
}

/** A job whose events somebody hears besides. */
function heard(open: OpenJob, listen: ChosenDrill['listen']): OpenJob {
  if (listen === undefined) return open;
  const emit: Context['emit'] = (event) => {
    open.ctx.emit(event);
    listen(event);
  };
  return { ...open, ctx: { ...open.ctx, emit } };
}

/** What all drills of a run have in common. */
function sharedRequest(
  cli: Cli,
  asked: Omit<RunWishes, 'tools'> & ForeseenParts,
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
    ...(asked.initramfs === undefined ? {} : { initramfsMaker: asked.initramfs }),
    ...(asked.boot === undefined ? {} : { boot: asked.boot }),
  };
}

/** An installed system has the tools of its kernel's suite, unless others are asked for. */
function suiteOfSystem(
  { drill }: ChosenDrill,
  { kernel, boot }: Pick<DrillRequest, 'kernel' | 'boot'>,
): Partial<Pick<DrillRequest, 'tools'>> {
  return drill.system === 'installed' || boot !== undefined ? { tools: kernel } : {};
}

async function printPlans(
  cli: Cli,
  whole: readonly { readonly drill: ChosenDrill; readonly request: Omit<DrillRequest, 'runHostPath'> }[],
  { asked, parts }: { readonly asked: RunWishes; readonly parts: ForeseenParts },
): Promise<ExitCode> {
  const [{ planDrill }, { whyNotHere }] = await Promise.all([
    import('../../drills/plan-drill.ts'),
    import('../../drills/applicability.ts'),
  ]);
  const { tools, foreseen } = parts;
  const machine = describeForeseen(foreseen, tools);
  // A drill that is repeated is planned once.
  const requests = [...new Map(whole.map(({ drill, request }) => [drill, request])).values()];
  const plans = requests.flatMap((request) => {
    const { drill, layout, skippedSteps, lostMember, boot } = request;
    const why = whyNotHere(request);
    if (why === null) return [planDrill(drill, { layout: parts.fit(layout), skippedSteps, machine, boot, lostMember })];
    cli.screen.note(`${drill.name} would be skipped: ${why}`);
    return [];
  });
  if (asked.json) cli.screen.data(plans.map((plan) => `${harmlessJson({ v: 1, ...plan })}\n`).join(''));
  else cli.screen.keep(plans.flatMap((plan, index) => [...(index === 0 ? [] : [blank, blank]), ...planLines(plan)]));
  return exitCodes.held;
}

function printShards(cli: Cli, split: SplitRun, { json }: Pick<RunWishes, 'json'>): ExitCode {
  const listing = shardsOf(split);
  if (json) cli.screen.data(`${harmlessJson({ v: 1, ...listing })}\n`);
  else cli.screen.keep(shardLines(listing));
  return exitCodes.held;
}
