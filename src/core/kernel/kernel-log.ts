import type { KernelTrouble } from './trouble.ts';

/** What a kernel printed on its console. */
export interface KernelLog {
  readonly consoleLines: readonly string[];
  readonly troubles: readonly KernelTrouble[];
  /** How much more it printed than was kept: a flood. */
  readonly unkept: { readonly lines: number; readonly troubles: number };
}

/** An empty log. */
export const emptyLog: KernelLog = { consoleLines: [], troubles: [], unkept: { lines: 0, troubles: 0 } };
