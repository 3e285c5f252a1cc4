import { RaidlabError } from '../../core/failure/failure.ts';
import { KernelCrash } from '../../machine/kernel-crash.ts';
import { CommandRefused, said } from '../../storage/type-command.ts';

/** Converts an error of a lab's kernel or tools into the failure it is for somebody working in the lab; others are unchanged. */
export function labFailureOf(error: unknown, lab: string): unknown {
  if (error instanceof KernelCrash) {
    const { trouble } = error;
    return new RaidlabError({ area: 'lab', reason: 'kernel-crashed', lab, what: trouble.what, transcript: trouble.transcript });
  }
  if (error instanceof CommandRefused) {
    const { argv, exitCode } = error.result;
    return new RaidlabError({ area: 'guest', reason: 'command-failed', machine: error.machine, argv, exitCode, said: said(error.result) });
  }
  return error;
}
