import { emptyLog } from '../core/kernel/kernel-log.ts';
import type { KernelLog } from '../core/kernel/kernel-log.ts';
import type { Machine } from '../machine/machine.ts';
import { joinLogs, kernelLogOf } from './kernel-log.ts';

/** What the kernels of a drill have said, as far as the proof judges it: machines come and go, and what belongs to the fault is forgiven. */
export class JudgedKernelLog {
  /** Of machines that are off. */
  #past = emptyLog;
  /** The beginning of the running machine's, which is not judged. */
  #forgiven = emptyLog;

  /** Leaves out what was said until now, by past machines and by the one that is on, if one is. */
  forgive(machine: Machine | undefined): void {
    this.#past = emptyLog;
    if (machine !== undefined) this.#forgiven = kernelLogOf(machine);
  }

  /** Keeps what a machine said that is going off. */
  keep(machine: Machine): void {
    this.#past = this.until(machine);
    this.#forgiven = emptyLog;
  }

  /** Gives what was said until now, by past machines and by the one that is on, if one is. */
  until(machine: Machine | undefined): KernelLog {
    return machine === undefined ? this.#past : joinLogs(this.#past, kernelLogOf(machine, this.#forgiven));
  }
}
