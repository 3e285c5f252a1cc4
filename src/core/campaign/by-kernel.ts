import { compareKernels } from './counts.ts';
import type { ResultCounts, ResultSubject } from './counts.ts';

/** What was seen of a drill, kernel by kernel. */
export interface KernelRow extends Omit<ResultSubject, 'kernel'> {
  /** One for each of {@link KernelGrid.kernels}; null where it was not run. */
  readonly cells: readonly (ResultCounts | null)[];
}

/** Drills and kernels. */
export interface KernelGrid {
  /** The oldest first. */
  readonly kernels: readonly string[];
  /** By drill, layout and tools; twins behind their drills. */
  readonly rows: readonly KernelRow[];
}

/** Arranges counts in a grid; `also` are kernels that have a column even where nothing was run on them. */
export function arrangeByKernel(counts: readonly ResultCounts[], also: readonly string[] = []): KernelGrid {
  const kernels = [...new Set([...counts.map(({ kernel }) => kernel), ...also])].sort(compareKernels);
  const bySubject = Map.groupBy(counts, ({ drill, isTwin, layout, tools }) => JSON.stringify([drill, isTwin, layout, tools]));
  const rows = [...bySubject.keys()].sort().flatMap((key): readonly KernelRow[] => {
    const those = bySubject.get(key) ?? [];
    const [first] = those;
    if (first === undefined) return [];
    const { drill, isTwin, layout, tools } = first;
    return [{ drill, isTwin, layout, tools, cells: kernels.map((kernel) => those.find((each) => each.kernel === kernel) ?? null) }];
  });
  return { kernels, rows };
}
