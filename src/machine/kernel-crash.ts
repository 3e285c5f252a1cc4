import type { KernelTrouble } from '../core/kernel/trouble.ts';

/** The kernel under test crashed: a verdict, not a failure. All pending waits on its machine reject with this. */
export class KernelCrash extends Error {
  override readonly name = 'KernelCrash';
  readonly machine: string;
  readonly trouble: KernelTrouble;

  /** Makes the error for the trouble seen on the machine's console. */
  constructor(machine: string, trouble: KernelTrouble) {
    super(`kernel of ${machine}: ${trouble.what}`);
    this.machine = machine;
    this.trouble = trouble;
  }
}
