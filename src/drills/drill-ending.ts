import { describeFailure, RaidlabError } from '../core/failure/failure.ts';
import type { Failure } from '../core/failure/failure.ts';
import type { KernelTrouble } from '../core/kernel/trouble.ts';
import { judgeChecks } from '../core/verdict/verdict.ts';
import type { Check, Verdict } from '../core/verdict/verdict.ts';
import type { Context } from '../machine/context.ts';
import type { CommandResult } from '../machine/guest.ts';
import { KernelCrash } from '../machine/kernel-crash.ts';
import { CommandRefused, describeRefusal, said } from '../storage/type-command.ts';
import type { StepPhase } from './drill.ts';

/** What stopped a drill before its end, if anything. */
export interface DrillEnding {
  /** Undefined: the checks decide. */
  readonly verdict?: 'inconclusive' | 'crashed' | 'skipped';
  /** Why it was skipped. */
  readonly why?: string;
  readonly trouble?: KernelTrouble;
  readonly failure?: Failure;
}

/** How far a drill has come, and where its checks go. */
export interface DrillProgress {
  /** The phase of the current step. */
  readonly phase: StepPhase;
  readonly judged: (check: Check) => void;
}

/**
 * Runs the work of a drill and turns what stopped it into an ending: a refused repair command is a broken check, a kernel crash and
 * machine trouble are a verdict. Errors that do not concern this drill's machine, and all errors after the context has ended, are
 * rethrown.
 */
export async function endDrill(ctx: Context, progress: DrillProgress, work: () => Promise<void>): Promise<DrillEnding> {
  try {
    await work();
    return {};
  } catch (error) {
    if (ctx.signal.aborted) throw error;
    if (error instanceof KernelCrash) return { trouble: error.trouble, verdict: progress.phase === 'build' ? 'inconclusive' : 'crashed' };
    if (error instanceof CommandRefused && progress.phase === 'repair') {
      progress.judged(checkOfRefusal(error.result));
      return {};
    }
    const failure = error instanceof CommandRefused ? failureOfRefusal(error) : error instanceof RaidlabError ? error.failure : undefined;
    if (failure === undefined || !isMachineTrouble(failure)) throw error;
    ctx.emit({ type: 'run-failed', area: failure.area, reason: failure.reason, description: describeFailure(failure) });
    return { verdict: 'inconclusive', failure };
  }
}

/** Gives the verdict of a drill. A broken check stays a finding when the machine fails later. */
export function judgeDrill(ending: DrillEnding, checks: readonly Check[]): Verdict {
  const judged = judgeChecks(checks);
  return judged === 'broken' && ending.verdict === 'inconclusive' ? judged : (ending.verdict ?? judged);
}

/** A repair command that a tool refuses is a finding: the procedure does not work. */
function checkOfRefusal(result: CommandResult): Check {
  return { name: 'procedure', claim: 'Every command of the procedure goes through', outcome: 'broken', evidence: describeRefusal(result) };
}

/** Nothing is promised before the repair: a refused command means that the array could not be built, or the fault not be injected. */
function failureOfRefusal({ machine, result }: CommandRefused): Failure {
  return { area: 'guest', reason: 'command-failed', machine, argv: result.argv, exitCode: result.exitCode, said: said(result) };
}

function isMachineTrouble(failure: Failure): boolean {
  return failure.area === 'machine' || failure.area === 'guest' || (failure.area === 'host' && failure.reason === 'wait-timed-out');
}
