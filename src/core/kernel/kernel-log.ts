import type { KernelTrouble } from './trouble.ts';

/** What a kernel said on its console. */
export interface KernelLog {
  readonly consoleLines: readonly string[];
  readonly troubles: readonly KernelTrouble[];
  /** How much more it said than is kept: a flood. */
  readonly unkept: { readonly lines: number; readonly troubles: number };
}

/** A log in which nothing was said. */
export const emptyLog: KernelLog = { consoleLines: [], troubles: [], unkept: { lines: 0, troubles: 0 } };
