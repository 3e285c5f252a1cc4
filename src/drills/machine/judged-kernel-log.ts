import { emptyLog } from '../../core/kernel/kernel-log.ts';
import type { KernelLog } from '../../core/kernel/kernel-log.ts';
import type { Machine } from '../../machine/machine.ts';
import { joinLogs, kernelLogOf } from '../kernel-log.ts';

/** The output of a drill's kernels, as far as the proof judges it: machines come and go, and what belongs to the fault is excused. */
export class JudgedKernelLog {
  /** Of machines that are off. */
  #past = emptyLog;
  /** The beginning of the running machine's log, which is not judged. */
  #forgiven = emptyLog;

  /** Excludes everything printed so far, by past machines and a running one. */
  forgive(machine: Machine | undefined): void {
    this.#past = emptyLog;
    if (machine !== undefined) this.#forgiven = kernelLogOf(machine);
  }

  /** Keeps the log of a machine that is about to be turned off. */
  keep(machine: Machine): void {
    this.#past = this.until(machine);
    this.#forgiven = emptyLog;
  }

  /** Gives what was printed so far, by past machines and a running one. */
  until(machine: Machine | undefined): KernelLog {
    return machine === undefined ? this.#past : joinLogs(this.#past, kernelLogOf(machine, this.#forgiven));
  }
}
