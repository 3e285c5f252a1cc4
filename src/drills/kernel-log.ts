import { emptyLog } from '../core/kernel/kernel-log.ts';
import type { KernelLog } from '../core/kernel/kernel-log.ts';
import type { Machine } from '../machine/machine.ts';

/** Gives the kernel log of a machine, after a given beginning if there is one. */
export function kernelLogOf(machine: Machine, without = emptyLog): KernelLog {
  const unkept = machine.unkept();
  const from = without.unkept.lines + without.consoleLines.length;
  return {
    consoleLines: machine.consoleLines().slice(Math.max(0, from - unkept.lines)),
    troubles: machine.troubles().slice(without.troubles.length),
    unkept: { lines: Math.max(0, unkept.lines - from), troubles: unkept.troubles - without.unkept.troubles },
  };
}

/** Concatenates logs. */
export function joinLogs(first: KernelLog, second: KernelLog): KernelLog {
  return {
    consoleLines: [...first.consoleLines, ...second.consoleLines],
    troubles: [...first.troubles, ...second.troubles],
    unkept: { lines: first.unkept.lines + second.unkept.lines, troubles: first.unkept.troubles + second.unkept.troubles },
  };
}
