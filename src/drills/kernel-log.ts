import type { KernelTrouble } from '../core/kernel/trouble.ts';
import type { Machine } from '../machine/machine.ts';

/** What a kernel said on its console. */
export interface KernelLog {
  readonly consoleLines: readonly string[];
  readonly troubles: readonly KernelTrouble[];
}

/** A log in which nothing was said. */
export const emptyLog: KernelLog = { consoleLines: [], troubles: [] };

/** Gives what the kernel of a machine has said, without the beginning that is given. */
export function kernelLogOf(machine: Machine, without = emptyLog): KernelLog {
  return {
    consoleLines: machine.consoleLines().slice(without.consoleLines.length),
    troubles: machine.troubles().slice(without.troubles.length),
  };
}

/** Gives one log behind the other. */
export function joinLogs(first: KernelLog, second: KernelLog): KernelLog {
  return { consoleLines: [...first.consoleLines, ...second.consoleLines], troubles: [...first.troubles, ...second.troubles] };
}
