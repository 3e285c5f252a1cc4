import type { Matrix, MatrixJob } from '../../core/campaign/matrix/matrix.ts';
import { keyOfJob } from '../../core/campaign/matrix/matrix.ts';
import { RaidlabError } from '../../core/failure/failure.ts';
import { checkLayout } from '../../core/layout/layout-mistakes.ts';
import { namedLayouts } from '../../core/layout/named-layout.ts';
import type { LayoutAsked } from '../../drills/applicability.ts';
import type { Drill } from '../../drills/drill.ts';
import type { DrillRequest } from '../../drills/drill-request.ts';
import { requireSuite } from '../../machine/image/packages/suite.ts';
import type { MachineSlots } from '../../machine/machine-slots.ts';
import type { Cli } from '../cli.ts';
import { selectNamed } from '../options/choose-drills.ts';
import { foreseeParts, resolveKernel } from '../options/kernel-option.ts';
import { nameLayout } from '../options/layout-options.ts';
import type { PreparedJob } from './run-here.ts';

/** What the jobs of a matrix need, looked up once: a mistake is found before anything is run. */
export interface PreparedMatrix {
  /** The drills, in order, by name. */
  readonly drills: ReadonlyMap<string, Drill>;
  readonly prepare: (job: MatrixJob) => PreparedJob;
}

/** How machines of a matrix run. */
export interface MatrixMachines {
  readonly memoryMiB: number;
  readonly slots: MachineSlots;
}

/** Looks up everything that a matrix names. Rejects with a usage or image failure for what there is not. */
export async function prepareMatrix(cli: Cli, matrix: Matrix, machines: MatrixMachines): Promise<PreparedMatrix> {
  const [{ promisingDrills }, { twinOf }] = await Promise.all([import('../../drills/registry.ts'), import('../../drills/twin.ts')]);
  const chosen = matrix.drills.length === 0 ? promisingDrills() : await selectNamed(matrix.drills, cli.cwdHostPath);
  const twinless = matrix.twins === 'no' ? undefined : chosen.find(({ twin }) => twin === null);
  if (twinless !== undefined) {
    const message = `${twinless.name} is a demonstration: it has no twin.`;
    throw new RaidlabError({ area: 'usage', reason: 'bad-arguments', message, command: 'raidlab matrix' });
  }
  const drills = new Map(chosen.map((drill) => [drill.name, drill]));
  for (const suite of matrix.tools) requireSuite(suite, cli.mirrors);
  const kernels = new Map<string, string>();
  const defaultTools = new Map<string, string>();
  for (const kernel of matrix.kernels) {
    const resolved = await resolveKernel(cli, kernel);
    kernels.set(kernel, resolved);
    if (matrix.tools.length === 0) defaultTools.set(kernel, (await foreseeParts(cli, resolved, undefined)).tools);
  }
  const layouts = new Map<string, LayoutAsked>();
  for (const layout of matrix.layouts) layouts.set(layout, await nameLayout(layout, cli.cwdHostPath));
  const renewed = new Set<string>();
  const shared: Omit<DrillRequest, 'runHostPath' | 'drill' | 'layout' | 'payloadBytes' | 'skippedSteps' | 'seed' | 'kernel' | 'tools'> = {
    ...machines,
    strict: false,
    accelerator: undefined,
    store: cli.store,
    templates: { mode: 'fork', renewed },
    mirrors: cli.mirrors,
  };
  return {
    drills,
    prepare: (job) => {
      const drill = drills.get(job.drill);
      const kernel = kernels.get(job.kernel);
      const tools = job.tools ?? defaultTools.get(job.kernel);
      if (drill === undefined || kernel === undefined || tools === undefined) throw new Error(`${keyOfJob(job)} was not prepared`);
      const variant = job.isTwin && drill.twin !== null ? twinOf(drill, drill.twin) : { drill, skippedSteps: [] };
      const asked = job.layout === null ? undefined : layouts.get(job.layout);
      const layout = asked === undefined ? variant.drill.layout : asked.is === 'file' ? asked.layout : namedLayouts[asked.name];
      checkLayout(layout);
      const own = {
        layout,
        payloadBytes: drill.payloadBytes,
        seed: job.seed,
        kernel,
        tools,
        ...(asked === undefined ? {} : { layoutAsked: asked }),
      };
      return { request: { ...shared, ...variant, ...own }, argv: argvOf(job, tools) };
    },
  };
}

function argvOf({ drill, isTwin, kernel, layout, seed }: MatrixJob, tools: string): readonly string[] {
  const chosen = ['drill', drill, ...(isTwin ? ['--twin'] : [])];
  return [...chosen, '--kernel', kernel, '--tools', tools, ...(layout === null ? [] : ['--layout', layout]), '--seed', seed];
}
