import { performance } from 'node:perf_hooks';
import { checkLayout } from '../core/layout/layout-mistakes.ts';
import { checkPayloadFits } from '../core/layout/usable-space.ts';
import { fitLayout } from '../core/layout/fit-layout.ts';
import { defaultLayout, describeLayout } from '../core/layout/layout.ts';
import { findSurprises } from '../core/verdict/expectation.ts';
import type { Expectation } from '../core/verdict/expectation.ts';
import type { Failure } from '../core/failure/failure.ts';
import type { KernelTrouble } from '../core/kernel/trouble.ts';
import type { LayoutName } from '../core/layout/named-layout.ts';
import type { Check, Verdict } from '../core/verdict/verdict.ts';
import { removeLeftovers } from '../machine/cache/leftovers.ts';
import { openStore } from '../machine/cache/open-store.ts';
import { openScratch } from '../machine/cache/scratch.ts';
import type { Context } from '../machine/context.ts';
import { mkfsPartsOf } from '../machine/image/tools/tools-for-kernel.ts';
import { knownOnVersions, likeNamedLayout, whyNotHere, whyNotOnVersions } from './applicability.ts';
import type { VersionsUnderTest } from './applicability.ts';
import { beginDrill } from './begin/begin-drill.ts';
import { endDrill, judgeDrill } from './drill-ending.ts';
import type { DrillEnding } from './drill-ending.ts';
import type { ArrayAtRest, DrillRequest } from './drill-request.ts';
import type { DrillRun } from './drill-run.ts';
import type { MachineKit } from './begin/machine-kit.ts';
import type { AlarmWatch } from './alarm/alarm-watch.ts';
import { listenForAlarm } from './alarm/listen-for-alarm.ts';
import { meterExposure } from './meter-exposure.ts';
import { prepareKit } from './begin/prepare-kit.ts';
import { checkSkippedSteps } from './registry.ts';
import { buildSteps, runProof, runStep } from './run-steps.ts';
import type { StepProgress, StepRecord } from './run-steps.ts';
import { summariseVerdict } from './verdict-summary.ts';

/** The result of a drill. */
export interface DrillResult {
  readonly drill: string;
  readonly verdict: Verdict;
  readonly summary: string;
  readonly checks: readonly Check[];
  /** What it had to come to, where that was not `held`. */
  readonly expectation: Expectation | null;
  /** How it differs from the expectation, a sentence each; null when there was none. */
  readonly surprises: readonly string[] | null;
  readonly steps: readonly StepRecord[];
  /** The crash, when the verdict is `crashed`. */
  readonly trouble: KernelTrouble | null;
  /** Why it could not be judged, when something other than a check says so. */
  readonly failure: Failure | null;
  readonly durationMs: number;
}

/**
 * Runs a drill: images, machine, steps, proof, verdict.
 *
 * Rejects with a RaidlabError when the drill could not begin (usage, host, image) or was interrupted. Once the machine
 * is there, everything that happens is a verdict: a refused repair command is `broken`, a kernel crash `crashed`,
 * machine trouble `inconclusive`.
 */
export async function runDrill(outerCtx: Context, request: DrillRequest): Promise<DrillResult> {
  const { drill, layout, payloadBytes } = request;
  checkSkippedSteps(drill, request.skippedSteps);
  checkLayout(layout);
  checkPayloadFits(layout, payloadBytes);
  const startedMs = performance.now();
  const alarmed = listenForAlarm(outerCtx);
  const { ctx, exposure } = meterExposure(alarmed.ctx);
  const reached = (judged: JudgedDrill): DrillResult => reachVerdict(ctx, request, judged, performance.now() - startedMs);
  ctx.emit({
    type: 'drill-started',
    drill: drill.name,
    promise: drill.promise,
    seed: request.seed,
    skippedSteps: request.skippedSteps,
    layout: describeLayout(layout),
    profiles: { profile: layout.profile, metadataProfile: layout.metadataProfile },
    ...(layout.mountPoint === defaultLayout.mountPoint ? {} : { mountPoint: layout.mountPoint }),
    ...(request.boot === undefined ? {} : { boot: request.boot }),
    payloadBytes,
  });
  const notHere = whyNotHere(request);
  if (notHere !== null) return reached(skipped(notHere));
  await using store = await openStore(ctx, request.store);
  await removeLeftovers(ctx, store);
  await using scratch = await openScratch(ctx, store, drill.name);
  const kit = await prepareKit(ctx, request, store, scratch);
  const versions = versionsOf(kit, likeNamedLayout(drill, request.layoutAsked));
  const notOnVersions = whyNotOnVersions(drill, versions);
  if (notOnVersions !== null) return reached(skipped(notOnVersions));
  const fitted = fitRequest(ctx, request, kit);
  await using held = holdRun(request.slots.claim(), request.array?.left);
  const checks: Check[] = [];
  const judged = (check: Check): void => {
    checks.push(check);
    ctx.emit({ type: 'check-judged', drill: drill.name, check });
  };
  const progress: StepProgress = { phase: 'build', steps: [], judged };
  let alarm: AlarmWatch | undefined;
  const ending = await endDrill(ctx, progress, async () => {
    const run = held.keep(await beginDrill(ctx, { kit, store, request: fitted }, buildSteps(ctx, fitted, progress)));
    const done = new Set(progress.steps.map((step) => step.name));
    if (request.alarm !== undefined) alarm = run.watchAlarm(request.alarm);
    await run.lookAtArray();
    for (const step of drill.steps) if (!done.has(step.name)) await runStep(run, fitted, step, progress);
    if (drill.proof === 'full') await runProof(run, fitted, progress);
  });
  const measured = exposure();
  if (measured !== null) ctx.emit({ type: 'exposure-measured', drill: drill.name, exposure: measured });
  if (alarm !== undefined) ctx.emit({ type: 'alarm-judged', drill: drill.name, alarm: alarmed.judge(alarm) });
  const result = reached({
    checks: [...(held.run()?.checks ?? []), ...checks],
    ending,
    expectation: request.expectation ?? knownOnVersions(drill, versions),
    steps: progress.steps,
  });
  if (request.keep !== undefined) await keepRunning(request.keep, held.run());
  return result;
}

/** The array as this kernel and these tools can build it; what is different is said. */
function fitRequest(ctx: Context, request: DrillRequest, { parts }: MachineKit): DrillRequest {
  const layout = fitLayout(request.layout, mkfsPartsOf(parts));
  if (layout === request.layout || request.array !== undefined) return request;
  ctx.emit({
    type: 'remark-made',
    text: `Linux ${parts.kernel.upstreamVersion} does not support everything that mkfs.btrfs enables: ${describeLayout(layout)}.`,
  });
  return { ...request, layout };
}

/** A drill's run from the moment at which there is one, and its claim to a slot; disposed of with the drill, and then whoever gave the disks is told how they are. */
function holdRun(claim: Disposable, left?: ArrayAtRest['left']) {
  let run: DrillRun | undefined;
  return {
    run: () => run,
    keep: (begun: DrillRun) => (run = begun),
    [Symbol.asyncDispose]: async () => {
      claim[Symbol.dispose]();
      if (run === undefined) return;
      if (left !== undefined) await run.putToRest();
      await run[Symbol.asyncDispose]();
      await left?.(run.disks);
    },
  };
}

async function keepRunning(keep: NonNullable<DrillRequest['keep']>, run: DrillRun | undefined): Promise<void> {
  // A drill whose array could not be built has no machine to keep.
  if (run === undefined) return;
  if (!run.isOn) await run.boot();
  await keep({ name: run.machine.name, socketsHostPath: run.kit.socketsHostPath });
}

/** What a verdict is reached from. */
interface JudgedDrill {
  readonly checks: readonly Check[];
  readonly ending: DrillEnding;
  readonly expectation: Expectation | null;
  readonly steps: readonly StepRecord[];
}

function skipped(why: string): JudgedDrill {
  return { checks: [], ending: { verdict: 'skipped', why }, expectation: null, steps: [] };
}

function reachVerdict(ctx: Context, { drill }: DrillRequest, judged: JudgedDrill, durationMs: number): DrillResult {
  const { checks, ending, expectation, steps } = judged;
  const verdict = judgeDrill(ending, checks);
  const surprises = expectation === null || verdict === 'skipped' ? null : findSurprises(expectation, verdict, checks, ending.trouble);
  const summary = summariseVerdict(drill, { verdict, checks, ending, expectation, surprises });
  ctx.emit({ type: 'verdict-reached', drill: drill.name, verdict, summary, durationMs, expectation, surprises });
  const { trouble = null, failure = null } = ending;
  return { drill: drill.name, verdict, summary, checks, expectation, surprises, steps, trouble, failure, durationMs };
}

function versionsOf({ parts }: MachineKit, layout: LayoutName | undefined): VersionsUnderTest {
  const versions = { kernel: parts.kernel.upstreamVersion, tools: parts.tools.versions['btrfs-progs'] ?? '' };
  return { ...versions, ...(layout === undefined ? {} : { layout }) };
}
