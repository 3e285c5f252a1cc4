import { performance } from 'node:perf_hooks';
import type { Context } from '../machine/context.ts';
import type { BuildSteps } from './begin/begin-drill.ts';
import type { Step, StepPhase } from './drill.ts';
import type { DrillProgress } from './drill-ending.ts';
import type { DrillRun } from './drill-run.ts';
import { proveArray } from './proof/prove-array.ts';

/** What a step took. */
export interface StepRecord {
  readonly name: string;
  readonly title: string;
  readonly skipped: boolean;
  /** False when something ended it before its end, and where it was left out. */
  readonly completed: boolean;
  /** Wall time, milliseconds; 0 when skipped, or restored from a template. */
  readonly durationMs: number;
}

/** How far a drill has come. */
export interface StepProgress extends DrillProgress {
  phase: StepPhase;
  readonly steps: StepRecord[];
}

/** Which drill's steps are done, and which of them are left out. */
export interface StepRequest {
  readonly drill: { readonly name: string };
  readonly skippedSteps: readonly string[];
}

/** Gives what happens to the build steps of a drill: they are done, or were done before and are restored. */
export function buildSteps(ctx: Context, request: StepRequest, progress: StepProgress): BuildSteps {
  return {
    run: async (building, step) => runStep(building, request, step, progress),
    restored: ({ name, title }, madeAt) => {
      ctx.emit({ type: 'step-restored', drill: request.drill.name, step: name, title, madeAt });
      progress.steps.push({ name, title, skipped: false, completed: true, durationMs: 0 });
    },
  };
}

/** Does a step of a drill, unless it is left out. */
export async function runStep(run: DrillRun, request: StepRequest, step: Step, progress: StepProgress): Promise<void> {
  const facts = { drill: request.drill.name, step: step.name, title: step.title };
  if (request.skippedSteps.includes(step.name)) {
    run.ctx.emit({ type: 'step-skipped', ...facts });
    progress.steps.push({ name: step.name, title: step.title, skipped: true, completed: false, durationMs: 0 });
    return;
  }
  progress.phase = step.phase;
  await timed(run.ctx, facts, progress, async () => {
    await step.run(run);
    await run.lookAtArray();
  });
}

/** Proves what the steps have left. */
export async function runProof(run: DrillRun, request: StepRequest, progress: StepProgress): Promise<void> {
  progress.phase = 'repair';
  await run.lookAtArray();
  run.endWatch();
  await timed(run.ctx, { drill: request.drill.name, step: 'proof', title: 'Prove it' }, progress, async () => {
    await proveArray(run, progress.judged);
  });
}

async function timed(
  ctx: Context,
  facts: { readonly drill: string; readonly step: string; readonly title: string },
  progress: StepProgress,
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
    progress.steps.push({ name: facts.step, title: facts.title, skipped: false, completed, durationMs });
  }
}
