/**
 * How a drill gets its built array.
 *
 *     template of the built array ──► fork ──► on with the steps that follow
 *        │                              └─ it cannot be started ─► template rejected, said so ─┐
 *        └─ made on demand, by the build steps                                                 ├─► build steps, on the drill's own disks
 *     --cold, or an array that is there already ───────────────────────────────────────────────┘
 */
import { rejectEntry } from '../../machine/cache/remove-entry.ts';
import type { OpenStore } from '../../machine/cache/open-store.ts';
import { canBeSaved } from '../../machine/start/saved-machine.ts';
import type { Context } from '../../machine/context.ts';
import { forkOrElse, unlessDiskFull } from '../../machine/template/fork-or-boot.ts';
import { ensureArrayTemplate, resumeFromTemplate } from './array-template.ts';
import { openRunOnArray } from './array-at-rest.ts';
import { openBlankRun } from './blank-run.ts';
import type { Step } from '../drill.ts';
import type { DrillRun } from '../drill-run.ts';
import type { MachineKit } from './machine-kit.ts';
import type { DrillRequest } from '../drill-request.ts';

/** What happens to the build steps of a drill. */
export interface BuildSteps {
  /** Runs a step on the given run. */
  readonly run: (run: DrillRun, step: Step) => Promise<void>;
  /** A step is skipped: the drill starts from a template made at `madeAt` (ISO 8601) that contains its effect. */
  readonly restored: (step: Step, madeAt: string) => void;
}

/** Gives a drill whose build steps are done, with its machine on. Rejects as its steps do. */
export async function beginDrill(
  ctx: Context,
  parts: { readonly kit: MachineKit; readonly store: OpenStore; readonly request: DrillRequest },
  build: BuildSteps,
): Promise<DrillRun> {
  const { kit, store, request } = parts;
  const steps = leadingBuildSteps(request.drill.steps);
  const doSteps = async (run: DrillRun): Promise<void> => {
    for (const step of steps) await build.run(run, step);
  };
  const template =
    kit.forks && canBeSaved(request.layout.bus) && request.array === undefined && steps.length > 0
      ? await unlessDiskFull(ctx, () => ensureArrayTemplate(ctx, parts, steps, doSteps))
      : undefined;
  if (template !== undefined) {
    const resumed = await forkOrElse<DrillRun | undefined>(
      ctx,
      () => resumeFromTemplate(ctx, kit, request, template),
      async (why) => {
        await rejectEntry(ctx, store, template.entry, why);
        return undefined;
      },
    );
    if (resumed !== undefined) {
      if (template.entry.cached) for (const step of steps) build.restored(step, template.entry.record.madeAt);
      return resumed;
    }
  }
  const run = request.array === undefined ? await openBlankRun(ctx, kit, request) : await openRunOnArray(ctx, kit, request, request.array);
  try {
    await doSteps(run);
    return run;
  } catch (error) {
    if (request.array !== undefined) await run.putToRest();
    await run[Symbol.asyncDispose]();
    throw error;
  }
}

/** The build steps at the beginning: what a template can contain. */
function leadingBuildSteps(steps: readonly Step[]): readonly Step[] {
  const end = steps.findIndex((step) => step.phase !== 'build');
  return end === -1 ? steps : steps.slice(0, end);
}
