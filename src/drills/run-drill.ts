import { performance } from 'node:perf_hooks';
import type { ArrayLayout } from '../core/layout.ts';
import { checkLayout, checkPayloadFits, describeLayout } from '../core/layout.ts';
import type { Failure } from '../core/failure.ts';
import type { KernelTrouble } from '../core/kernel/trouble.ts';
import type { Check, Verdict } from '../core/verdict.ts';
import { removeLeftovers } from '../machine/cache/leftovers.ts';
import { openStore } from '../machine/cache/open-store.ts';
import { openScratch } from '../machine/cache/scratch.ts';
import type { CacheStore } from '../machine/cache/store.ts';
import type { Context } from '../machine/context.ts';
import type { Accelerator } from '../machine/machine.ts';
import type { MachineSlots } from '../machine/machine-slots.ts';
import type { TemplateUse } from '../machine/template/template-use.ts';
import { beginDrill } from './begin-drill.ts';
import type { Drill, Step, StepPhase } from './drill.ts';
import { endDrill, judgeDrill } from './drill-ending.ts';
import type { DrillProgress } from './drill-ending.ts';
import type { DrillRun } from './drill-run.ts';
import { prepareKit } from './prepare-kit.ts';
import { proveArray } from './proof/prove-array.ts';
import { checkSkippedSteps } from './registry.ts';
import { summariseVerdict } from './verdict-summary.ts';

/** What is asked for: a drill, and what may be different from its defaults. */
export interface DrillRequest {
  readonly drill: Drill;
  readonly layout: ArrayLayout;
  readonly payloadBytes: number;
  /** Decides the payload and everything else that looks random in it. */
  readonly seed: string;
  readonly skippedSteps: readonly string[];
  readonly kernelSuite: string;
  readonly toolsSuite: string;
  readonly memoryMiB: number;
  /** Undefined: chosen by a boot probe. */
  readonly accelerator: Accelerator | undefined;
  readonly store: CacheStore;
  readonly templates: TemplateUse;
  /** Room for machines, shared by all drills of a run. */
  readonly slots: MachineSlots;
  /** The drill's own folder in the run; every machine leaves its evidence in a folder below it. */
  readonly runHostPath: string;
  /** A Debian mirror; undefined: the one that the host's apt uses. */
  readonly mirror: string | undefined;
  /** Called when the verdict is there and the machine is on: `--keep`. The machine goes when the promise settles. */
  readonly keep?: (machine: { readonly name: string; readonly socketsHostPath: string }) => Promise<void>;
}

/** What a step took. */
export interface StepRecord {
  readonly name: string;
  readonly title: string;
  readonly skipped: boolean;
  /** Wall time, milliseconds; 0 when skipped, or restored from a template. */
  readonly durationMs: number;
}

/** What a drill came to. */
export interface DrillResult {
  readonly drill: string;
  readonly verdict: Verdict;
  readonly summary: string;
  readonly checks: readonly Check[];
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
export async function runDrill(ctx: Context, request: DrillRequest): Promise<DrillResult> {
  const { drill, layout, payloadBytes } = request;
  checkSkippedSteps(drill, request.skippedSteps);
  checkLayout(layout);
  checkPayloadFits(layout, payloadBytes);
  const startedMs = performance.now();
  ctx.emit({
    type: 'drill-started',
    drill: drill.name,
    promise: drill.promise,
    seed: request.seed,
    skippedSteps: request.skippedSteps,
    layout: describeLayout(layout),
    payloadBytes,
  });
  await using store = await openStore(ctx, request.store);
  await removeLeftovers(ctx, store);
  await using scratch = await openScratch(ctx, store, drill.name);
  const kit = await prepareKit(ctx, request, store, scratch);
  await using held = holdRun();
  const checks: Check[] = [];
  const judged = (check: Check): void => {
    checks.push(check);
    ctx.emit({ type: 'check-judged', drill: drill.name, check });
  };
  const progress: Progress = { phase: 'build', steps: [], judged };
  const ending = await endDrill(ctx, progress, async () => {
    const run = held.keep(
      await beginDrill(
        ctx,
        { kit, store, request },
        {
          run: async (building, step) => runStep(building, request, step, progress),
          restored: (step, madeAt) => {
            restoreStep(ctx, request, step, progress, madeAt);
          },
        },
      ),
    );
    const done = new Set(progress.steps.map((step) => step.name));
    for (const step of drill.steps) if (!done.has(step.name)) await runStep(run, request, step, progress);
    if (drill.proof === 'full') await runProof(run, request, progress);
  });
  const verdict = judgeDrill(ending, checks);
  const summary = summariseVerdict(drill, verdict, checks, ending.trouble);
  const durationMs = performance.now() - startedMs;
  ctx.emit({ type: 'verdict-reached', drill: drill.name, verdict, summary, durationMs });
  if (request.keep !== undefined) await keepRunning(request.keep, held.run());
  return {
    drill: drill.name,
    verdict,
    summary,
    checks,
    steps: progress.steps,
    trouble: ending.trouble ?? null,
    failure: ending.failure ?? null,
    durationMs,
  };
}

/** A drill's run from the moment at which there is one; disposed of with the drill. */
function holdRun() {
  let run: DrillRun | undefined;
  return {
    run: () => run,
    keep: (begun: DrillRun) => (run = begun),
    [Symbol.asyncDispose]: async () => run?.[Symbol.asyncDispose](),
  };
}

async function keepRunning(keep: NonNullable<DrillRequest['keep']>, run: DrillRun | undefined): Promise<void> {
  // A drill whose array could not be built has no machine to keep.
  if (run === undefined) return;
  if (!run.isOn) await run.boot();
  await keep({ name: run.machine.name, socketsHostPath: run.kit.socketsHostPath });
}

interface Progress extends DrillProgress {
  phase: StepPhase;
  readonly steps: StepRecord[];
}

async function runStep(run: DrillRun, request: DrillRequest, step: Step, progress: Progress): Promise<void> {
  const facts = { drill: request.drill.name, step: step.name, title: step.title };
  if (request.skippedSteps.includes(step.name)) {
    run.ctx.emit({ type: 'step-skipped', ...facts });
    progress.steps.push({ name: step.name, title: step.title, skipped: true, durationMs: 0 });
    return;
  }
  progress.phase = step.phase;
  await timed(run.ctx, facts, progress, async () => step.run(run));
}

function restoreStep(ctx: Context, request: DrillRequest, step: Step, progress: Progress, madeAt: string): void {
  const { name, title } = step;
  ctx.emit({ type: 'step-restored', drill: request.drill.name, step: name, title, madeAt });
  progress.steps.push({ name, title, skipped: false, durationMs: 0 });
}

async function runProof(run: DrillRun, request: DrillRequest, progress: Progress): Promise<void> {
  progress.phase = 'repair';
  await timed(run.ctx, { drill: request.drill.name, step: 'proof', title: 'Prove it' }, progress, async () => {
    await proveArray(run, progress.judged);
  });
}

async function timed(
  ctx: Context,
  facts: { readonly drill: string; readonly step: string; readonly title: string },
  progress: Progress,
  work: () => Promise<void>,
): Promise<void> {
  ctx.emit({ type: 'step-started', ...facts });
  const startedMs = performance.now();
  let completed = false;
  try {
    await work();
    completed = true;
  } finally {
    const durationMs = performance.now() - startedMs;
    ctx.emit({ type: 'step-ended', ...facts, completed, durationMs });
    progress.steps.push({ name: facts.step, title: facts.title, skipped: false, durationMs });
  }
}
