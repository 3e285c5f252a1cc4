import { compareKernels, groupBySubject } from './counts.ts';
import type { ResultCounts, ResultSubject } from './counts.ts';

/** What was seen of a drill, kernel by kernel. */
export interface KernelRow extends Omit<ResultSubject, 'kernel'> {
  /** One for each kernel of the grid; null where nothing was run. */
  readonly cells: readonly (ResultCounts | null)[];
}

/** Drills and kernels. */
export interface KernelGrid {
  /** The oldest first. */
  readonly kernels: readonly string[];
  /** By drill, layout and tools; twins behind their drills. */
  readonly rows: readonly KernelRow[];
}

/**
 * Arranges counts in a grid; what was only skipped or interrupted is not in it: nothing was seen. `also` are kernels that have a column even
 * so.
 */
export function arrangeByKernel(all: readonly ResultCounts[], also: readonly string[] = []): KernelGrid {
  const counts = all.filter(({ counts: { good, bad, machine, unclear } }) => good + bad + machine + unclear > 0);
  const kernels = [...new Set([...counts.map(({ kernel }) => kernel), ...also])].sort(compareKernels);
  const rows = groupBySubject(counts).flatMap((those): readonly KernelRow[] => {
    const [first] = those;
    if (first === undefined) return [];
    const { drill, isTwin, variation, layout, tools } = first;
    return [
      { drill, isTwin, variation, layout, tools, cells: kernels.map((kernel) => those.find((each) => each.kernel === kernel) ?? null) },
    ];
  });
  return { kernels, rows };
}
